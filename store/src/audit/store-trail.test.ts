import { AuditKeys } from "@purrimeter/audit/audit-keys";
import { readCheckpointFile } from "@purrimeter/audit/checkpoint-file";
import { Trail } from "@purrimeter/audit/trail";
import { TrailNames } from "@purrimeter/audit/trail-names";
import { verifyTrail } from "@purrimeter/audit/verify-trail";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { openDatabase, type Database } from "@purrimeter/database/open-database";
import { openSealedKeyFile } from "@purrimeter/secrets/sealed-key-file";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore, type Store } from "../open-store.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import { MIGRATIONS } from "../schema/migrations.ts";
import { createClaimCode } from "../tags/claim-code.ts";

const [MIA, TOM] = ["mia", "tom"] as [OwnerId, OwnerId];
const TAG = "tag-1" as TagId;
const key = randomBytes(32);
const auditKey = randomBytes(32);
let folder: string;
let time: ManualTime;
let store: Store;
let database: Database;
let trail: Trail;
let names: TrailNames;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-store-trail-"));
  const path = join(folder, "locations.db");
  time = new ManualTime();
  store = openStore({
    ...{ path, databaseKey: key, keyRing: openSealedKeyFile(join(folder, "owners.keys"), randomBytes(32)) },
    now: () => time.utcS() as UnixSeconds,
    monotonicMs: () => time.monotonicMs(),
    audit: { key: auditKey, time, failed: (error) => expect.unreachable(String(error)) },
    minFreeBytes: 0,
    reserveBytes: 0,
  });
  database = openDatabase({ path, key, migrations: MIGRATIONS });
  trail = new Trail({ database, tree: "locations", keys: new AuditKeys(auditKey) });
  names = new TrailNames(database);
  const code = createClaimCode();
  await store.registry.register(TAG, code, time.utcS() as UnixSeconds);
  await store.forOwner(MIA).claim(code, "Tom");
});
afterEach(async () => {
  database.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

/** Rows as event, who, whose and how many, with the accounts' own names. */
function rows(): readonly unknown[] {
  const known = new Map([MIA, TOM].map((id) => [names.find(id), id]));
  return trail
    .read({ after: 0, limit: 100 })
    .map(({ entry }) => [entry?.event, known.get(entry?.actor), known.get(entry?.account), entry?.count]);
}

function verified() {
  const keys = new AuditKeys(auditKey);
  const own = readCheckpointFile(join(folder, "locations.db.checkpoints"), keys.verifying);
  return verifyTrail({ trail, keys, own });
}

async function share(): Promise<void> {
  const invited = await store.forOwner(MIA).inviteViewer(TAG, { kind: "live", name: "Tom" } as never);
  if (invited.kind !== "invited") throw new Error(invited.reason);
  await store.forViewer(TOM).acceptShare(invited.code);
}

test("what is done to a tag is in the trail, under pseudonyms and a checkpoint", async () => {
  await share();
  expect(rows()).toEqual([
    ["tag.claimed", MIA, MIA, 0],
    ["share.invited", MIA, MIA, 0],
    ["share.accepted", TOM, MIA, 0],
  ]);
  expect(JSON.stringify(trail.read({ after: 0, limit: 9 }))).not.toMatch(/mia|"tom"/u);
  time.advance(10_000);
  expect(verified()).toMatchObject({ intact: true, rows: 3, signed: 3 });
});

test("who looks is recorded at the first look of an hour, and how often when the hour is over", async () => {
  await share();
  const before = rows().length;
  const looks = async (): Promise<void> => {
    await store.forOwner(MIA).latest(TAG);
    for (let i = 0; i < 3; i++) await store.forViewer(TOM).latest(TAG);
  };
  await looks();
  const first = [
    ["locations.read", MIA, MIA, 0],
    ["locations.read", TOM, MIA, 0],
  ];
  expect(rows().slice(before)).toEqual(first);
  store.endPastHours();
  expect(rows().slice(before)).toEqual(first);
  time.advance(3_600_000);
  store.endPastHours();
  expect(rows().slice(before)).toEqual([...first, ["locations.read-more", TOM, MIA, 3]]);
  await looks();
  expect(rows().slice(before + 3)).toEqual(first);
});

test("nobody looks at a location and nothing is done while the trail cannot be written", async () => {
  database.exec("CREATE TRIGGER full BEFORE INSERT ON trail BEGIN SELECT RAISE(ABORT, 'full'); END");
  await expect(store.forOwner(MIA).latest(TAG)).rejects.toThrow("full");
  await expect(store.forOwner(MIA).offerTransfer(TAG)).rejects.toThrow("full");
  expect(await store.forOwner(MIA).transfer(TAG)).toBeUndefined();
  database.exec("DROP TRIGGER full");
});

test("what an owner chose of retention is in the trail, and of whom a run deleted days, in its transaction", async () => {
  const bounds = { minDays: 1, maxDays: 365, defaultDays: 90, formerDays: 365 };
  await store.forOwner(MIA).chooseRetention({ days: 2 }, bounds);
  const fix = { kind: "fix", at: time.utcS(), latE7: 1, lonE7: 1, accuracyDm: 30 };
  const report = { epoch: 1, first: 1, oldest: 1, entries: [fix] } as never;
  await store.reports.recordReport(TAG, report, { at: time.utcS() as UnixSeconds, suspect: undefined });
  const run = (days: number) =>
    store.retention.run({ asOf: (time.utcS() + days * 86_400) as UnixSeconds, bounds });
  await run(1);
  const before: unknown[] = [
    ["tag.claimed", MIA, MIA, 0],
    ["retention.changed", MIA, MIA, 2],
  ];
  expect(rows()).toEqual(before);
  database.exec("CREATE TRIGGER full BEFORE INSERT ON trail BEGIN SELECT RAISE(ABORT, 'full'); END");
  expect(await run(4)).toMatchObject({ deleted: 0, faults: [{ message: "full" }] });
  await expect(store.forOwner(MIA).chooseRetention({ days: 9 }, bounds)).rejects.toThrow("full");
  database.exec("DROP TRIGGER full");
  expect(await store.forOwner(MIA).retention(bounds)).toMatchObject({ days: 2 });
  expect(await run(4)).toEqual({ deleted: 1, faults: [] });
  expect(rows()).toEqual([...before, ["retention.deleted", undefined, MIA, 1]]);
  expect(await run(5)).toEqual({ deleted: 0, faults: [] });
  expect(rows()).toHaveLength(3);
});

test("an erased owner's rows stay, and lead to nobody", async () => {
  await store.forOwner(MIA).latest(TAG);
  await store.forOwner(MIA).eraseOwner();
  expect(names.find(MIA)).toBeUndefined();
  const events = trail.read({ after: 0, limit: 9 }).map(({ entry }) => entry?.event);
  expect(events).toEqual(["tag.claimed", "locations.read", "locations.erased"]);
  expect(verified()).toMatchObject({ intact: true, rows: 3 });
});
