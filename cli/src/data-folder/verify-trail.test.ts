import { openAccounts, type OpenAccounts } from "@purrimeter/auth/open-accounts";
import { AUTH_MIGRATIONS } from "@purrimeter/auth/schema";
import { createLog } from "@purrimeter/service/log";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { openDatabase, type Database } from "@purrimeter/database/open-database";
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { verifyTrail } from "./verify-trail.ts";

/** More than two pages. */
const EVENTS = 2_100;

const DAY_MS = 86_400_000;

const templates = mkdtempSync(join(tmpdir(), "purrimeter-trails-"));
const long = join(templates, "accounts.db");
const databaseKey = randomBytes(32);
let folder: string;
let database: Database;
let opened: OpenAccounts;
let time: ManualTime;

// Recorded once: each test that changes a long trail has a copy of it.
beforeAll(async () => {
  await openTrail(long);
  await record(EVENTS);
  await opened.database.destroy();
});
afterAll(() => rmSync(templates, { recursive: true }));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-trail-"));
  await openTrail(join(folder, "short.db"));
});

async function openTrail(path: string): Promise<void> {
  database = openDatabase({ path, key: databaseKey, migrations: AUTH_MIGRATIONS });
  time = new ManualTime(1_000);
  const log = createLog("cli", { write: () => undefined });
  opened = await openAccounts({
    database,
    databaseKey,
    log,
    time,
    listener: () => undefined,
  });
}

async function openLongTrail(): Promise<void> {
  await opened.database.destroy();
  const copy = join(folder, "long.db");
  copyFileSync(long, copy);
  await openTrail(copy);
}

afterEach(async () => {
  await opened.database.destroy();
  rmSync(folder, { recursive: true });
});

async function record(events: number): Promise<void> {
  for (let i = 0; i < events; i++) opened.audit.record({ event: "login.accepted", account: String(i) });
  await opened.audit.flush();
}

test("an empty trail is intact and has no head", async () => {
  expect(await verifyTrail(opened)).toEqual({ intact: true, events: 0, head: "" });
});

test("a trail of many pages is intact, and ends with the hash of its newest event", async () => {
  await openLongTrail();
  const [newest] = await opened.audit.read(EVENTS - 1, 1);
  expect(await verifyTrail(opened)).toEqual({ intact: true, events: EVENTS, head: newest?.hash });
});

test("what retention took from the old end is not missed", async () => {
  await record(100);
  time.advance(30 * DAY_MS);
  await record(1);
  time.advance(371 * DAY_MS);
  await record(1);
  // As the service's daily run does, with events of more than 400 days.
  database.prepare("DELETE FROM audit_event WHERE number <= 100").run();
  expect(await verifyTrail(opened)).toMatchObject({ intact: true, events: 2 });
});

test.each([
  ["changed", "UPDATE audit_event SET account = 'x' WHERE number = 1500", 1_500],
  ["numbered anew", "UPDATE audit_event SET number = 9000 WHERE number = 2100", 9_000],
  ["taken out", "DELETE FROM audit_event WHERE number = 1500", 1_501],
  ["taken out where a page ends", "DELETE FROM audit_event WHERE number = 1001", 1_002],
  ["given another hash", "UPDATE audit_event SET hash = 'x' WHERE number = 1000", 1_000],
])("an event that was %s is named", async (_, change, brokenAt) => {
  await openLongTrail();
  database.exec(change);
  expect(await verifyTrail(opened)).toEqual({ intact: false, brokenAt, fault: "changed" });
});

test.each([
  ["its newest events", "number > 2095", 2_096, "end-missing"],
  ["all of its events", "number > 0", 1, "end-missing"],
  ["its oldest events", "number <= 5", 6, "beginning-missing"],
])("a trail without %s is not intact", async (_, which, brokenAt, fault) => {
  await openLongTrail();
  database.exec(`DELETE FROM audit_event WHERE ${which}`);
  expect(await verifyTrail(opened)).toEqual({ intact: false, brokenAt, fault });
});

test("a trail that was written anew lacks the hash that was noted down", async () => {
  await record(5);
  const before = await verifyTrail(opened);
  const head = before.intact ? before.head : "";
  await record(5);
  expect(await verifyTrail(opened, head)).toMatchObject({ intact: true, events: 10 });
  expect(await verifyTrail(opened, "0".repeat(64))).toEqual({
    ...{ intact: false, brokenAt: 10, fault: "head-missing" },
  });
});
