import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SERVICE_NAMES } from "../src/services/service-registry.ts";
import { DEADLINE_MS, purrimeter, rootOut, servicesOf, start } from "./running-purrimeter.ts";

const data = mkdtempSync(join(tmpdir(), "purrimeter-start-"));

beforeAll(async () => {
  const { process } = await start(data);
  process.kill("SIGTERM");
  await once(process, "exit");
}, DEADLINE_MS);

afterAll(() => rmSync(data, { recursive: true }));

describe("a start that cannot succeed", () => {
  /** Starts on data that cannot be used as it is: one line, nothing left running. */
  async function refusal(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await purrimeter(
      ...["start", "--data", data, "--log-files", "--port", "0", "--mqtt-port", "0", ...rootOut(), ...args],
    );
    expect({ code, stdout, services: servicesOf(data) }).toEqual({ code: 1, stdout: "", services: [] });
    expect(stderr).toMatch(/^purrimeter: [^\n]+\n$/);
    return stderr;
  }

  test.each(["--port", "--mqtt-port"])(
    "names a port that is in use (%s)",
    async (option) => {
      const holder = createServer().listen(0, "127.0.0.1");
      await once(holder, "listening");
      const { port } = holder.address() as AddressInfo;
      expect(await refusal(option, String(port))).toContain(String(port));
      holder.close();
    },
    DEADLINE_MS,
  );

  test(
    "says that a Vault cannot be reached",
    async () => {
      const holder = { login: { method: "approle", roleId: "r" } };
      const names = [...SERVICE_NAMES, "operator"];
      const processes = Object.fromEntries(names.map((name) => [name, holder]));
      const path = join(data, "vault.json");
      writeFileSync(path, JSON.stringify({ address: "https://127.0.0.1:1", processes }));
      for (const name of names)
        writeFileSync(join(data, "secrets", name, "vault-secret-id"), "x", { mode: 0o600 });
      const said = "Vault at 127.0.0.1:1, asked to log in, cannot be reached\n";
      expect(await refusal()).toBe(`purrimeter: bridge: ${said}`);
      expect(await purrimeter("keys", "list", "--data", data)).toEqual({
        code: 1,
        stdout: "",
        stderr: `purrimeter: ${said}`,
      });
      rmSync(path);
    },
    DEADLINE_MS,
  );

  test(
    "says that production refuses generated keys",
    async () => {
      expect(await refusal("--production")).toMatch(
        /production mode refuses keys that purrimeter generated: .*give --allow-generated-keys$/m,
      );
    },
    DEADLINE_MS,
  );

  test.each([
    ["bridge", "database-key"],
    ["auth", "database-key"],
    ["cloud-api", "database-key"],
  ])(
    "says that a key is wrong (%s, %s)",
    async (service, name) => {
      const path = join(data, "secrets", service, name);
      renameSync(path, `${path}.right`);
      writeFileSync(path, randomBytes(32).toString("hex"), { mode: 0o600 });
      const line = await refusal();
      expect(line.startsWith(`purrimeter: ${service}: `)).toBe(true);
      expect(line).toMatch(/key/);
      renameSync(`${path}.right`, path);
    },
    DEADLINE_MS,
  );

  test(
    "says that a secret is damaged",
    async () => {
      const path = join(data, "secrets", "bridge", "database-key");
      renameSync(path, `${path}.right`);
      writeFileSync(path, "short", { mode: 0o600 });
      expect(await refusal()).toContain('secret "database-key"');
      renameSync(`${path}.right`, path);
    },
    DEADLINE_MS,
  );
});
