import { JWKS_MAX_AGE_S } from "@purrimeter/auth/rotate-signing-key";
import { systemTime } from "@purrimeter/service/system-time";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { REGISTRY } from "../services/service-registry.ts";
import { isFailure } from "../terminal/failure.ts";
import { runMain } from "../testing/run-main.ts";
import { dataFiles, type DataFiles } from "./data-files.ts";
import { withAccounts } from "./open-accounts.ts";
import { prepareData } from "./prepare-data.ts";
import { identityOf } from "./process-identity.ts";
import { rotateSigning, type SigningStep } from "./rotate-signing.ts";

const template = dataFiles(mkdtempSync(join(tmpdir(), "purrimeter-signings-")));
let files: DataFiles;
let service: ChildProcess | undefined;
let heard: Interface;

beforeAll(async () => {
  const prepared = await prepareData(template, REGISTRY, { now: new Date(), hosts: [], rootKey: "discard" });
  expect(isFailure(prepared)).toBe(false);
});
afterAll(() => rmSync(template.folder, { recursive: true }));

beforeEach(() => {
  files = dataFiles(mkdtempSync(join(tmpdir(), "purrimeter-signing-")));
  cpSync(template.folder, files.folder, { recursive: true, preserveTimestamps: true });
  closeSync(openSync(files.accounts, "a", 0o600));
});

afterEach(() => {
  service?.kill("SIGKILL");
  service = undefined;
  rmSync(files.folder, { recursive: true });
});

/** A process in the place of auth, which prints a line for each SIGHUP. */
async function runAuth(): Promise<void> {
  const script =
    'process.on("SIGHUP", () => console.log("hup")); console.log("up"); setInterval(() => {}, 1_000);';
  service = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  heard = createInterface(service.stdout!);
  await once(heard, "line");
  writeFileSync(files.pid("auth"), identityOf(service.pid ?? 0));
}

/** One step, so many seconds from now. */
async function step(laterS = 0): Promise<SigningStep> {
  const nowMs = systemTime.utcMs() + laterS * 1_000;
  const outcome = await withAccounts(files, systemTime, (opened) => rotateSigning(files, opened, nowMs));
  if (isFailure(outcome)) throw new Error(outcome.failure);
  return outcome;
}

async function auditedEvents(): Promise<string[]> {
  const read = await withAccounts(files, systemTime, async ({ audit }) => ({
    rows: await audit.read({ after: 0, limit: 100 }),
  }));
  if (isFailure(read)) throw new Error(read.failure);
  return read.rows.map(({ event }) => event);
}

const keys = (): string[] =>
  readdirSync(files.secrets("auth")).filter((name) => name.startsWith("signing-key"));

test("a rotation goes through its steps, each in the audit trail, while nothing runs", async () => {
  expect(await step()).toMatchObject({ did: "introduced", told: "not-running" });
  expect(keys()).toContain("signing-key-next.pem");
  expect(await step()).toMatchObject({ did: "waited", told: "not-running" });
  expect(await step(JWKS_MAX_AGE_S + 120)).toMatchObject({ did: "promoted" });
  // The former key's file was made just now; it is retired when no token of it lives.
  expect(await step(3_600)).toEqual({ did: "retired", againAfterS: undefined, told: "not-running" });
  expect(keys()).toEqual(["signing-key.pem"]);
  expect(await auditedEvents()).toEqual([
    "signing-key.introduced",
    "signing-key.promoted",
    "signing-key.retired",
  ]);
});

test("the running service is told each time", async () => {
  await runAuth();
  const first = once(heard, "line");
  expect(await step()).toMatchObject({ did: "introduced", told: "told" });
  expect(await first).toEqual(["hup"]);
  const second = once(heard, "line");
  expect(await step()).toMatchObject({ did: "waited", told: "told" });
  expect(await second).toEqual(["hup"]);
});

test("what a dead service left behind names nobody", async () => {
  writeFileSync(files.pid("auth"), `${process.pid} 1`);
  expect(await step()).toMatchObject({ told: "not-running" });
});

test("the command takes one step and says when the next is due", async () => {
  const command = ["keys", "rotate-signing", "--data", files.folder];
  const first = await runMain(...command, "--json");
  expect(first).toMatchObject({ exitCode: 0, stderr: "" });
  expect(JSON.parse(first.stdout)).toEqual({ did: "introduced", againAfterS: 360, running: false });
  const second = await runMain(...command);
  expect(second.stdout).toMatch(
    /^nothing is due yet; the next step is due in \d+ s \(auth does not run here/,
  );
});

test("a key that is gone is one line, and no other is made", async () => {
  rmSync(files.secret("auth", "signing-key.pem"));
  const lost = await runMain("keys", "rotate-signing", "--data", files.folder);
  expect([lost.exitCode, lost.stderr]).toEqual([
    1,
    `purrimeter: the secret ${files.secret("auth", "signing-key.pem")} is missing; restore it from a backup\n`,
  ]);
  expect(keys()).toEqual([]);
});

test("two rotations at once exclude one another", async () => {
  const folder = join(files.run, "signing-key-rotation");
  mkdirSync(folder);
  await runAuth();
  writeFileSync(join(folder, "purrimeter.pid"), identityOf(service?.pid ?? 0));
  const { stderr } = await runMain("keys", "rotate-signing", "--data", files.folder);
  expect(stderr).toBe("purrimeter: another rotation of the signing keys runs; wait for its end\n");
  expect(existsSync(files.secret("auth", "signing-key-next.pem"))).toBe(false);
});
