import { openDatabase } from "@purrimeter/database/open-database";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { connect } from "node:tls";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataFiles } from "../src/data-folder/data-files.ts";
import { ApiClient } from "./api-client.ts";
import {
  DEADLINE_MS,
  procFile,
  purrimeter,
  servicesOf,
  start,
  until,
  type Started,
} from "./running-purrimeter.ts";

const files = dataFiles(mkdtempSync(join(tmpdir(), "purrimeter-notifier-")));
let running: Started;
let client: ApiClient;

beforeAll(async () => {
  running = await start(files.folder);
  client = new ApiClient(running.ready);
}, DEADLINE_MS);
afterAll(async () => {
  client.close();
  running.process.kill("SIGTERM");
  await once(running.process, "exit");
  await until(() => servicesOf(files.folder).length === 0);
  rmSync(files.folder, { recursive: true });
});

function pidOf(service: string): number {
  return servicesOf(files.folder).find(({ name }) => name === service)?.pid ?? 0;
}

/** Everything that the process has open. */
function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return []; // Closed since.
    }
  });
}

function configOf(service: string): { readonly port: number } {
  return JSON.parse(readFileSync(files.config(service), "utf8")) as { port: number };
}

test("it has no database open, and no code of one; auth has both, which shows that this looks in the right place", () => {
  const isDatabase = (path: string): boolean => /\.db(?:-wal|-shm)?$|owners\.keys/.test(path);
  const maps = (service: string): string => readFileSync(`/proc/${pidOf(service)}/maps`, "utf8");
  expect(openFiles(pidOf("auth")).filter(isDatabase)).not.toEqual([]);
  expect(maps("auth")).toMatch(/better-sqlite3.*\.node/);
  expect(openFiles(pidOf("notifier")).filter(isDatabase)).toEqual([]);
  expect(maps("notifier")).not.toMatch(/better-sqlite3|\.db\b/);
});

test("its configuration names no database and no key ring, and its environment and command line no folder of one", () => {
  const config = readFileSync(files.config("notifier"), "utf8");
  expect(config).not.toMatch(/\.db\b|database|keyRing|owners\.keys/);
  const { pid } = { pid: pidOf("notifier") };
  expect(procFile(pid, "environ")).toContain(`CREDENTIALS_DIRECTORY=${files.secrets("notifier")}\0`);
  expect(procFile(pid, "environ") + procFile(pid, "cmdline")).not.toMatch(/\.db\b|owners\.keys/);
});

test("its secrets are its own, and none of them opens a database", () => {
  const held = readdirSync(files.secrets("notifier")).toSorted();
  expect(held).toEqual(["GENERATED", "mail-key", "tls-key.pem", "vapid-key.pem"]);
  const key = Buffer.from(readFileSync(files.secret("notifier", "mail-key"), "utf8").trim(), "hex");
  for (const path of [files.accounts, files.locations])
    expect(() => openDatabase({ path, key, migrations: [], mustExist: true })).toThrow(/wrong key/);
});

/** What becomes of a request with the notifier's own certificate. */
async function askAsNotifier(port: number, path: string): Promise<number> {
  const sent = request({
    ...{ host: "localhost", port, path, agent: false, ca: readFileSync(files.authority.root) },
    cert: readFileSync(files.serviceChain("notifier")),
    key: readFileSync(files.secret("notifier", "tls-key.pem")),
  });
  sent.end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return answer.statusCode ?? 0;
}

test("its certificate opens neither auth nor itself, and shows the API nobody", async () => {
  await expect(askAsNotifier(configOf("auth").port, "/health")).rejects.toThrow();
  await expect(askAsNotifier(configOf("notifier").port, "/push-key")).rejects.toThrow();
  expect(await askAsNotifier(configOf("cloud-api").port, "/v1/tags")).toBe(401);
});

test("its certificate is no tag's", async () => {
  const socket = connect({
    ...{ host: "localhost", port: Number(new URL(running.ready.mqtt).port) },
    ca: readFileSync(files.authority.root),
    cert: readFileSync(files.serviceChain("notifier")),
    key: readFileSync(files.secret("notifier", "tls-key.pem")),
  });
  socket.on("error", () => undefined).resume();
  await once(socket, "close");
});

test(
  "one that is killed is started again on its port, and mails of then are sent",
  async () => {
    const { port } = configOf("notifier");
    const killed = pidOf("notifier");
    process.kill(killed, "SIGKILL");
    const credentials = { email: "mia@example.org", password: "zebra lantern copper violin" };
    expect((await client.ask("POST", "/auth/register", { body: credentials })).status).toBe(202);
    const waiting = async (): Promise<string> =>
      (await purrimeter("accounts", "mails", "--data", files.folder)).stdout;
    await until(async () => (await waiting()).includes("To: mia@example.org"));
    expect((await waiting()).match(/^To: mia/gm)).toHaveLength(1);
    expect(pidOf("notifier")).not.toBe(killed);
    expect(configOf("notifier").port).toBe(port);
  },
  DEADLINE_MS,
);
