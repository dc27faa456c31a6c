import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { systemTime } from "@purrimeter/service/system-time";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OwnerApi } from "../src/scenarios/owner-api.ts";
import { servicesOf, until } from "./running-purrimeter.ts";

const BIN = join(import.meta.dirname, "..", "bin", "purrimeter.js");
const CATS = join(import.meta.dirname, "../../../shared/data/cats/cats_uk.csv");
const TAGS = 6;

interface Demo {
  readonly api: string;
  readonly ca: string;
  readonly mqtt: string;
  readonly email: string;
  readonly password: string;
  readonly tags: readonly string[];
}

let folder: string;
let said = "";
let demo: Demo;
let child: ReturnType<typeof spawn>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "demo-"));
  const tracks = existsSync(CATS) ? ["--tracks", CATS] : [];
  const args = [
    "demo",
    "--data",
    folder,
    "--port",
    "0",
    "--mqtt-port",
    "0",
    "--tags",
    String(TAGS),
    ...tracks,
  ];
  child = spawn(process.execPath, [BIN, ...args, "--speed", "max"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout?.on("data", (bytes: Buffer) => (said += bytes.toString()));
  child.stderr?.on("data", (bytes: Buffer) => (said += bytes.toString()));
  await until(() => /^ready /m.test(said) || child.exitCode !== null);
  demo = JSON.parse(readFileSync(join(folder, "demo.json"), "utf8")) as Demo;
});

afterAll(() => {
  child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe("the demo", () => {
  test("says once that it is ready, and writes down where to look", () => {
    expect(said.match(/^ready /gm)).toHaveLength(1);
    expect(demo.tags).toHaveLength(TAGS);
    expect(statSync(join(folder, "demo.json")).mode & 0o777).toBe(0o600);
  });

  test("lets its owner see where the cats are and when they left", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [BIN, "look", "--data", folder, "--json"]);
    const seen = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { at: string; lat: number; events: unknown[] });
    expect(seen).toHaveLength(TAGS);
    for (const cat of seen) expect(cat.lat).toBeTypeOf("number");
    expect(seen.flatMap(({ events }) => events).length).toBeGreaterThan(0);
  });

  test("warns its owner of a geofence that is too small for the receiver", async () => {
    const owner = new OwnerApi(demo.api, readFileSync(demo.ca, "utf8"), systemTime);
    await owner.enter(demo);
    const [tag] = demo.tags;
    if (tag === undefined) throw new Error("the demo has no tag");
    await owner.drawCircle(tag, "Basket", [7, 50], 10);
    owner.close();
    const look = (...flags: string[]): Promise<{ stdout: string }> =>
      promisify(execFile)(process.execPath, [BIN, "look", "--data", folder, ...flags]);
    expect((await look()).stdout).toMatch(
      /: geofence Basket: At its deepest it is 10 m from its edge, too small/,
    );
    const seen = (await look("--json")).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { tag: string; warnings: { geofence: string }[] });
    expect(seen.find((cat) => cat.tag === tag)?.warnings).toMatchObject([{ geofence: "Basket" }]);
    expect(seen.flatMap(({ warnings }) => warnings)).toHaveLength(1);
  });

  test("tells its owner that a cat left, by a webhook of this machine, and says where to read it", async () => {
    const [tag = ""] = demo.tags;
    // eslint-disable-next-line security/detect-non-literal-regexp -- made of the demo's own tag
    const told = new RegExp(`^alert left ${tag} \\S+, GET (/v1/alerts/[a-z2-7]{26})$`, "m");
    await until(() => told.test(said));
    const path = told.exec(said)?.[1] ?? "";
    expect(said).toMatch(/^alerts +https:\/\/localhost:\d+\/v1\/alerts; also here/m);
    const owner = new OwnerApi(demo.api, readFileSync(demo.ca, "utf8"), systemTime);
    await owner.enter(demo);
    const { items } = (await owner.call("GET", "/v1/alert-channels")) as {
      items: { id: string; kind: string }[];
    };
    const channel = items.find(({ kind }) => kind === "webhook")?.id;
    await until(async () => {
      const alert = (await owner.call("GET", path)) as { deliveries: { channel: string; state: string }[] };
      return alert.deliveries.some(({ channel: by, state }) => by === channel && state === "delivered");
    });
    const alert = await owner.call("GET", path);
    expect(alert).toMatchObject({ kind: "left", tag, geofence: { name: "Home" } });
    expect((alert as { fixes: unknown[] }).fixes.length).toBeGreaterThan(0);
    owner.close();
  });

  test("keeps places, names, passwords and tokens out of logs and of what is not sealed", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [BIN, "look", "--data", folder, "--json"]);
    const cats = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { lat: number; lon: number; name: string });
    // Long ones only: megabytes of sealed bytes hold any three letters by chance. A JOSE header begins like this.
    const canaries = [
      demo.email,
      demo.password,
      "Bearer ",
      "eyJhbGciOi",
      ...cats.map(({ lat }) => lat.toFixed(4)),
      ...cats.map(({ lon }) => lon.toFixed(4)),
    ];
    const logs = filesBelow(join(folder, "log"));
    expect(logs.length).toBeGreaterThan(0);
    for (const file of [...logs, ...readdirSync(folder).map((name) => join(folder, name))]) {
      if (!statSync(file).isFile() || file.endsWith("demo.json")) continue;
      const text = readFileSync(file, "latin1");
      for (const canary of canaries) expect(text.includes(canary), `${file} holds ${canary}`).toBe(false);
    }
  });

  test("hands secrets to their process only, in files of this user", () => {
    for (const file of filesBelow(join(folder, "secrets")))
      expect(statSync(file).mode & 0o777, file).toBe(0o600);
    const held = (name: string): string[] => readdirSync(join(folder, "secrets", name)).sort();
    expect(held("bridge")).toEqual(["GENERATED", "audit-key", "database-key", "key-ring-key", "tls-key.pem"]);
    expect(held("auth")).not.toContain("key-ring-key");
    for (const { pid } of servicesOf(folder)) {
      const surroundings =
        readFileSync(`/proc/${pid}/environ`, "latin1") + readFileSync(`/proc/${pid}/cmdline`, "latin1");
      expect(surroundings).not.toMatch(/[0-9a-f]{64}|PRIVATE KEY/);
    }
  });

  test("stops in order and leaves no process", async () => {
    child.kill("SIGINT");
    const [code] = (await once(child, "exit")) as [number | null];
    expect(code).toBe(0);
    expect(servicesOf(folder)).toEqual([]);
  });
});
