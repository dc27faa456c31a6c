import { get } from "node:http";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dataFiles } from "../src/data-folder/data-files.ts";
import type { Attack } from "./attack/attack.ts";
import { GUESSING_ATTACKS } from "./attack/guessing-attacks.ts";
import { REQUEST_ATTACKS } from "./attack/request-attacks.ts";
import { Target } from "./attack/target.ts";
import { TOKEN_ATTACKS } from "./attack/token-attacks.ts";
import { listeningPorts } from "./dast/listening-ports.ts";
import { DEADLINE_MS, processesOf, procFile, servicesOf, until } from "./running-purrimeter.ts";

const BIN = join(import.meta.dirname, "..", "bin", "purrimeter.js");
const TAGS = 3;

const outer = mkdtempSync(join(tmpdir(), "purrimeter-personal-"));
const folder = join(outer, "data");
/** Temporary files of all processes. */
const temporary = join(outer, "tmp");
const target = new Target();
/** What must be shown nowhere, by name. */
const canaries = new Map<string, string>();
/** What the demo and its services print. */
let said = "";
let demo: ChildProcess;

interface Demo {
  readonly api: string;
  readonly ca: string;
  readonly mqtt: string;
  readonly email: string;
  readonly password: string;
}

interface Cat {
  readonly name: string;
  readonly lat: number;
  readonly lon: number;
}

async function startDemo(): Promise<Demo> {
  mkdirSync(temporary);
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
    "--speed",
    "max",
  ];
  const env = { ...process.env, TMPDIR: temporary };
  demo = spawn(process.execPath, [BIN, ...args], { stdio: ["ignore", "pipe", "pipe"], env });
  for (const stream of [demo.stdout, demo.stderr])
    stream?.on("data", (bytes: Buffer) => (said += bytes.toString()));
  await until(() => /^ready /m.test(said) || demo.exitCode !== null);
  return JSON.parse(readFileSync(join(folder, "demo.json"), "utf8")) as Demo;
}

/** Directs the attacks at the demo, whose owner is one of its accounts beside the demo's own. */
async function aimAt({ api, ca, mqtt }: Demo): Promise<void> {
  const authority = readFileSync(ca, "utf8");
  const port = (url: string): number => Number(new URL(url).port);
  Object.assign(target, {
    ...{ data: folder, files: dataFiles(folder), running: { process: demo, ready: {} } },
    ...{ api: { port: port(api), ca: authority }, bridge: { port: port(mqtt), ca: authority } },
  });
  target.owner = await target.newPerson("canary.owner@example.org", "127.1.0.1");
  for (const id of ["mimi", "felix"]) await target.tag(id);
}

async function plant({ email, password }: Demo): Promise<void> {
  const { stdout } = await promisify(execFile)(process.execPath, [BIN, "look", "--data", folder, "--json"]);
  const cats = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Cat);
  for (const [at, { lat, lon }] of cats.entries()) {
    canaries.set(`latitude ${at}`, lat.toFixed(4)).set(`longitude ${at}`, lon.toFixed(4));
    canaries.set(`latitude ${at} in E7`, String(Math.round(lat * 1e7)));
  }
  const { owner } = target;
  const token = owner.accessToken;
  const { accessToken, refreshToken, mark = "" } = owner;
  const secrets = { email, password, accessToken, refreshToken, mark, attacked: owner.password };
  for (const [name, value] of Object.entries(secrets)) canaries.set(name, value);
  canaries.set("mail address of the owner", owner.email).set("name of a cat", "Canary-Mimi-7f3a");
  expect((await target.send("PATCH", "/tags/mimi", { name: "Canary-Mimi-7f3a" }, { token })).status).toBe(
    200,
  );
  const shape = { type: "Circle", center: [-29.7531246, 1.3579246], radiusM: 75 };
  const fence = { name: "Canary-Garden-91c2", tagIds: ["mimi"], shape };
  expect((await target.send("POST", "/geofences", fence, { token })).status).toBe(201);
  canaries
    .set("name of a geofence", fence.name)
    .set("its place", "29.7531246")
    .set("its place in E7", "297531246");
  const share = await target.send("POST", "/tags/mimi/shares", { kind: "live" }, { token });
  canaries.set("code of an invitation", (JSON.parse(share.text) as { code: string }).code);
}

beforeAll(async () => {
  const started = await startDemo();
  await aimAt(started);
  await plant(started);
}, 3 * DEADLINE_MS);

afterAll(async () => {
  const exit = once(demo, "exit");
  demo.kill("SIGINT");
  await exit;
  await until(() => servicesOf(folder).length === 0);
  rmSync(outer, { recursive: true });
  rmSync(target.folder, { recursive: true });
});

function found(content: string): string[] {
  return [...canaries].filter(([, canary]) => content.includes(canary)).map(([name]) => name);
}

/** Files below a folder, but for what holds secrets by its purpose: `secrets`, and the demo's own note. */
function openFiles(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(join(folder, "secrets")) && file !== join(folder, "demo.json"));
}

/** A file of a moment ago may be gone, as a log that made room: then it shows nothing. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

const foundIn = (path: string): string[] =>
  openFiles(path).flatMap((file) => found(contentOf(file)).map((name) => `${name} in ${file}`));

/** The demo tells who started it the mail address of its own account, and nothing else. */
const foundInOutput = (): string[] => found(said).filter((name) => name !== "email");

/** What a port answers to GET /metrics without TLS; empty when it speaks TLS. */
function metricsOf(port: number): Promise<string> {
  return new Promise((resolve) => {
    const asked = get({ host: "127.0.0.1", port, path: "/metrics" }, (answer) => {
      void text(answer).then((all) => resolve(answer.statusCode === 200 ? all : ""));
    });
    asked.on("error", () => resolve(""));
  });
}

/** Whether they hold is told by `npm run attack`; here they are what makes services write. */
async function attackWith(attacks: readonly Attack[]): Promise<string[]> {
  const came: string[] = [];
  for (const { run } of attacks) came.push(await run(target).catch((error: unknown) => String(error)));
  return came;
}

/** Each canary where it does not belong: in a path, a query, a header, a token, broken and unknown JSON. */
async function misplace(canary: string): Promise<string[]> {
  const token = target.owner.accessToken;
  const inUrl = encodeURIComponent(canary);
  const header = { "if-match": canary.replaceAll(/[^\x20-\x7e]/g, "?") };
  const answers = [
    await target.ask("GET", `/tags/${inUrl}`, { token }),
    await target.ask("GET", `/found/${inUrl}`),
    await target.ask("GET", `/tags?cursor=${inUrl}&${inUrl}=1`, { token }),
    await target.ask("GET", "/tags", { token: `x${canary.replaceAll(/\s/g, "")}` }),
    await target.ask("DELETE", "/geofences/nobody", { token, headers: header }),
    await target.ask("POST", "/auth/login", { body: `{"email":"${canary}","password":"${canary}"` }),
    await target.send("POST", "/tags/claim", { code: canary, [canary]: canary }, { token }),
    await target.send("PATCH", "/tags/mimi", { name: { at: canary } }, { token }),
  ];
  return answers.map(({ status, text: answer, headers }) => {
    expect(status).toBeGreaterThanOrEqual(400);
    return answer + JSON.stringify(headers);
  });
}

describe("a demo under attack", () => {
  test(
    "has error answers without what was sent",
    async () => {
      expect(canaries.size).toBeGreaterThan(15);
      expect([...canaries.values()].filter((canary) => canary.length < 6)).toEqual([]);
      // An unknown field is named in the answer, to its sender alone: that is what the answer is for.
      for (const [name, canary] of canaries)
        for (const [at, answer] of (await misplace(canary)).entries())
          if (at !== 2 && at !== 6) expect(answer.includes(canary), `${name}: ${at}: ${answer}`).toBe(false);
    },
    2 * DEADLINE_MS,
  );

  test(
    "names no place, no person and no secret in logs, output and files",
    async () => {
      const came = await attackWith([...TOKEN_ATTACKS, ...REQUEST_ATTACKS, ...GUESSING_ATTACKS]);
      expect(came.length).toBeGreaterThan(5);
      expect(openFiles(join(folder, "log")).length).toBeGreaterThan(2);
      expect(found(readFileSync(join(folder, "demo.json"), "utf8"))).toEqual(["email", "password"]);
      expect(foundIn(folder)).toEqual([]);
      expect(foundIn(temporary)).toEqual([]);
      expect(foundInOutput()).toEqual([]);
    },
    5 * DEADLINE_MS,
  );

  test("names none in its metrics", async () => {
    const pages = await Promise.all(listeningPorts(folder).map(({ port }) => metricsOf(port)));
    const metrics = pages.filter((page) => page !== "");
    expect(metrics).toHaveLength(5);
    expect(found(metrics.join("\n"))).toEqual([]);
  });

  test("names none in the command lines and environments of its processes", () => {
    const processes = processesOf(folder);
    expect(processes.length).toBeGreaterThanOrEqual(4);
    for (const { pid, line } of processes) expect(found(line + procFile(pid, "environ")), line).toEqual([]);
  });

  test("names none when a service crashes", async () => {
    const crashed = servicesOf(folder);
    for (const { pid } of crashed) process.kill(pid, "SIGABRT");
    await until(() => {
      const now = servicesOf(folder);
      return now.length === 3 && now.every(({ pid }) => crashed.every((former) => former.pid !== pid));
    });
    await until(async () => (await target.ask("GET", "/health").catch(() => undefined))?.status === 200);
    expect(foundInOutput()).toEqual([]);
    expect([...foundIn(folder), ...foundIn(temporary)]).toEqual([]);
  });
});
