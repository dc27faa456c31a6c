import { systemTime } from "@purrimeter/service/system-time";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { get } from "node:https";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dataFiles } from "../src/data-folder/data-files.ts";
import { withAccounts } from "../src/data-folder/open-accounts.ts";
import {
  DEADLINE_MS,
  freePort,
  procFile,
  purrimeter,
  servicesOf,
  start,
  until,
  type Started,
} from "./running-purrimeter.ts";

const data = mkdtempSync(join(tmpdir(), "purrimeter-start-"));
let running: Started;

beforeAll(async () => {
  running = await start(data);
}, DEADLINE_MS);

afterAll(async () => {
  running.process.kill("SIGKILL");
  await until(() => servicesOf(data).length === 0);
  rmSync(data, { recursive: true });
});

function pidOf(name: string): number {
  return servicesOf(data).find((service) => service.name === name)?.pid ?? 0;
}

/** The paths of docs/operating.md's table of the data folder, as patterns. */
function documentedPaths(): RegExp[] {
  const page = readFileSync(new URL("../../docs/operating.md", import.meta.url), "utf8");
  const [, section = ""] = /\n## The data folder\n([^]*?)\n###? /.exec(page) ?? [];
  const cells = section.split("\n").map((line) => line.split("|")[1] ?? "");
  const paths = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path));
  return paths.map((path) => {
    const escaped = path.replaceAll(".", "\\.").replaceAll(/PROCESS|NAME|VERSION|TIME/g, "[^/]+");
    // eslint-disable-next-line security/detect-non-literal-regexp -- made of our own page
    return new RegExp(`^${escaped}${path.endsWith("/") ? "" : "$"}`);
  });
}

/** Files of the data folder that no row of the table is about. */
function undocumented(): string[] {
  const rows = documentedPaths();
  expect(rows.length).toBeGreaterThan(12);
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ name, parentPath }) => relative(data, join(parentPath, name)));
  expect(paths).toContain("locations.db");
  return paths.filter((path) => !rows.some((row) => row.test(path)));
}

async function statusOf(url: string): Promise<number | undefined> {
  const request = get(url, { ca: readFileSync(running.ready.ca), agent: false });
  const [response] = (await once(request, "response")) as [{ statusCode?: number; resume(): void }];
  response.resume();
  return response.statusCode;
}

async function accepts(url: string): Promise<boolean> {
  const socket = connectTcp(Number(new URL(url).port), "127.0.0.1");
  const outcome = await Promise.race([
    once(socket, "connect").then(() => true),
    once(socket, "close").then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return outcome;
}

describe("a first start", () => {
  test("serves owners over TLS of its own authority", async () => {
    expect(running.ready.created).toBe(true);
    expect(await statusOf(`${running.ready.api}/v1/openapi.json`)).toBe(200);
  });

  test("gives each process its own secrets' folder and no more of an environment", () => {
    expect(
      servicesOf(data)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(["alerts", "auth", "bridge", "cloud-api", "notifier"]);
    const known = /^(CREDENTIALS_DIRECTORY|TZ|MALLOC_ARENA_MAX|NODE_COMPILE_CACHE|NODE_CHANNEL_.*)=/;
    for (const { name, pid } of servicesOf(data)) {
      const environment = procFile(pid, "environ")
        .split("\0")
        .filter((line) => line !== "");
      expect(environment).toContain(`CREDENTIALS_DIRECTORY=${join(data, "secrets", name)}`);
      expect(environment.filter((line) => !known.test(line))).toEqual([]);
    }
  });

  test(
    "lets tags be added while it runs, which the bridge then lets in",
    async () => {
      const { code, stdout } = await purrimeter("tags", "add", "mimi", "--data", data, "--json");
      expect(code).toBe(0);
      const added = JSON.parse(stdout) as { claimCode: string; folder: string };
      expect(added.claimCode).toMatch(/^[0-9A-Z]{5}(-[0-9A-Z]{5}){4}$/);
      const [cert, ca] = ["chain.pem", "authority.pem"].map((name) => readFileSync(join(added.folder, name)));
      const key = readFileSync(dataFiles(data).tagKey("mimi"));
      const socket = connect({
        host: "localhost",
        port: Number(new URL(running.ready.mqtt).port),
        cert,
        key,
        ca,
      });
      await once(socket, "secureConnect");
      expect([socket.authorized, socket.getProtocol()]).toEqual([true, "TLSv1.3"]);
      socket.destroy();
      expect(undocumented()).toEqual([]);
      const again = await purrimeter("tags", "add", "mimi", "--data", data);
      const line = 'the tag mimi exists already; "purrimeter tags code mimi" gives it a new claim code';
      expect([again.code, again.stderr]).toEqual([1, `purrimeter: ${line}\n`]);
      expect((await purrimeter("tags", "list", "--data", data)).stdout).toMatch(/^mimi +unclaimed +\d{4}-/);
    },
    DEADLINE_MS,
  );

  test(
    "refuses a second one on the same data",
    async () => {
      const { code, stderr, stdout } = await purrimeter("start", "--data", data);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(
        /^purrimeter: \S+ is in use by a purrimeter that runs \(process \d+\); stop it first\n$/,
      );
    },
    DEADLINE_MS,
  );

  test(
    "starts a killed bridge again on its port",
    async () => {
      const killed = pidOf("bridge");
      process.kill(killed, "SIGKILL");
      // While a process ends, it has no name any more and its port is still open.
      await until(async () => ![killed, 0].includes(pidOf("bridge")) && (await accepts(running.ready.mqtt)));
    },
    DEADLINE_MS,
  );

  test("writes the services' lines to files", () => {
    for (const name of ["alerts", "auth", "bridge", "cloud-api", "notifier"])
      expect(readFileSync(join(data, "log", `${name}.log`), "utf8")).toContain('"event":"ready"');
  });

  // A service that does not end by itself is killed after 10 s, and the exit code says so.
  test("stops everything in order at SIGTERM, with 0", async () => {
    running.process.kill("SIGTERM");
    await once(running.process, "exit");
    expect([running.process.exitCode, servicesOf(data)]).toEqual([0, []]);
    for (const name of ["alerts", "auth", "bridge", "cloud-api", "notifier"])
      expect(readFileSync(join(data, "log", `${name}.log`), "utf8")).toMatch(/"event":"stopped"[^\n]*\n$/);
    expect(existsSync(join(data, "run", "purrimeter.pid"))).toBe(false);
  });
});

describe("a later start", () => {
  test(
    "goes on with the same authority",
    async () => {
      const before = readFileSync(running.ready.ca);
      running = await start(data);
      expect(running.ready.created).toBe(false);
      expect(readFileSync(running.ready.ca)).toEqual(before);
      expect(await statusOf(`${running.ready.api}/v1/openapi.json`)).toBe(200);
    },
    DEADLINE_MS,
  );

  test(
    "is gone with all its services when it is killed",
    async () => {
      running.process.kill("SIGKILL");
      await until(() => servicesOf(data).length === 0);
    },
    DEADLINE_MS,
  );
});

describe("a start with --tls12-port", () => {
  const mimi = (port: string) => {
    const pem = (name: string): Buffer => readFileSync(join(data, "certs", "tags", "mimi", name));
    const key = readFileSync(dataFiles(data).tagKey("mimi"));
    const own = { cert: pem("chain.pem"), key, ca: pem("authority.pem") };
    return connect({ host: "localhost", port: Number(port), ...own, maxVersion: "TLSv1.2" });
  };

  test(
    "takes TLS 1.2 there and nowhere else, and says so in log and audit trail",
    async () => {
      running = await start(data, "--tls12-port", String(await freePort()));
      const socket = mimi(new URL(running.ready.mqttTls12 ?? "").port);
      await once(socket, "secureConnect");
      expect([socket.authorized, socket.getProtocol()]).toEqual([true, "TLSv1.2"]);
      socket.destroy();
      await expect(once(mimi(new URL(running.ready.mqtt).port), "secureConnect")).rejects.toThrow();
      expect(readFileSync(join(data, "log", "bridge.log"), "utf8")).toContain('"event":"tls12.on"');
      const trail = await withAccounts(dataFiles(data), systemTime, async ({ audit }) => ({
        rows: await audit.read({ after: 0, limit: 100, event: "bridge.tls12-on" }),
      }));
      expect(trail).toMatchObject({ rows: [{ event: "bridge.tls12-on" }] });
    },
    DEADLINE_MS,
  );
});
