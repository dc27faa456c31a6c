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
import { deleteBefore } from "../testing/delete-before.ts";
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
function rows(): readonly (readonly unknown[])[] {
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
    ["tag.registered", undefined, undefined, 0],
    ["tag.claimed", MIA, MIA, 0],
    ["share.invited", MIA, MIA, 0],
    ["share.accepted", TOM, MIA, 0],
  ]);
  expect(JSON.stringify(trail.read({ after: 0, limit: 9 }))).not.toMatch(/mia|"tom"/u);
  time.advance(10_000);
  expect(verified()).toMatchObject({ intact: true, rows: 4, signed: 4 });
});

test("who looks is recorded at the first look of an hour, and how often when the hour is over", async () => {
  await share();
  const before = rows().length;
  const looks = async (): Promise<void> => {
    await store.forOwner(MIA).latest(TAG);
    for (let i = 0; i < 3; i++) await store.forViewer(TOM).latest(TAG);
  };
  await looks();
  const own = ["latest.read", MIA, MIA, 0];
  const theirs = Array.from({ length: 3 }, () => ["latest.read", TOM, MIA, 0]);
  const first = [own, ...theirs];
  expect(rows().slice(before)).toEqual(first);
  await store.forOwner(MIA).latest(TAG);
  await store.forOwner(MIA).latest(TAG);
  store.trail.endPastHours();
  expect(rows().slice(before)).toEqual(first);
  time.advance(3_600_000);
  store.trail.endPastHours();
  expect(rows().slice(before)).toEqual([...first, ["latest.read-more", MIA, MIA, 3]]);
  await looks();
  expect(rows().slice(before + 5)).toEqual(first);
});

test("each kind of look has its own row, and a stream that goes on one an hour", async () => {
  await share();
  const before = rows().length;
  const mia = store.forOwner(MIA);
  const all = { from: 0 as UnixSeconds, to: time.utcS() as UnixSeconds, limit: 10 };
  await mia.latest(TAG, "live");
  for (let i = 0; i < 5; i++) await mia.latest(TAG, "live-on");
  await mia.locations(TAG, all);
  await mia.events(TAG, all);
  await mia.finderReports(TAG);
  await mia.commandAnswers(TAG);
  await mia.geofences({ limit: 10 });
  const kinds = ["live", "history", "events", "found", "commands", "geofences"];
  const own = kinds.map((kind) => [`${kind}.read`, MIA, MIA, 0]);
  expect(rows().slice(before)).toEqual(own);
  const tom = store.forViewer(TOM);
  for (const as of ["live", "live", "live-on", "live-on"] as const) await tom.latest(TAG, as);
  expect(rows().slice(before + own.length)).toEqual([1, 2].map(() => ["live.read", TOM, MIA, 0]));
  time.advance(3_600_000);
  await tom.latest(TAG, "live-on");
  expect(rows().at(-1)).toEqual(["live.read", TOM, MIA, 0]);
});

test("who looks in a loop is counted after sixty looks of an hour", async () => {
  await share();
  for (let i = 0; i < 100; i++) await store.forViewer(TOM).latest(TAG);
  expect(rows().filter(([event]) => event === "latest.read")).toHaveLength(60);
  time.advance(3_600_000);
  store.trail.endPastHours();
  expect(rows().at(-1)).toEqual(["latest.read-more", TOM, MIA, 100]);
});

test("a count that is left does not give an erased account a pseudonym again", async () => {
  await share();
  for (let i = 0; i < 2; i++) await store.forOwner(MIA).latest(TAG);
  await store.forOwner(MIA).eraseOwner();
  await store.forOwner(TOM).eraseOwner();
  time.advance(3_600_000);
  store.trail.endPastHours();
  expect([names.find(MIA), names.find(TOM)]).toEqual([undefined, undefined]);
  expect(trail.read({ after: 0, limit: 99 }).map(({ entry }) => entry?.event)).toContain("latest.read-more");
  expect(verified()).toMatchObject({ intact: true });
});

test("what is set, registered, revoked, rotated and started is in the trail, with who did it", async () => {
  const before = rows().length;
  const at = time.utcS() as UnixSeconds;
  await store.forOwner(MIA).renameTag(TAG, "Mimi");
  await store.forOwner(MIA).setDetection(TAG, "quick");
  await store.forOwner(MIA).setDetection(TAG, "quick");
  await store.registry.renewClaimCode(TAG, createClaimCode());
  await store.registry.revoke(TAG, at, TOM);
  store.trail.recordStart("cloud-api", "1.2.3");
  names = new TrailNames(database);
  expect(rows().slice(before)).toEqual([
    ["tag.renamed", MIA, MIA, 0],
    ["tag.detection-set", MIA, MIA, 0],
    ["tag.code-renewed", undefined, MIA, 0],
    ["tag.revoked", TOM, MIA, 0],
    ["service.started", undefined, undefined, 0],
  ]);
  expect(store.trail.read({ after: 0, limit: 99 }).at(-1)?.subject).toBe("cloud-api 1.2.3");
  expect(JSON.stringify(store.trail.read({ after: 0, limit: 99 }))).not.toContain("Mimi");
});

test("retention says in the trail that it began and how much it deleted; an idle run says nothing", async () => {
  const before = rows().length;
  await deleteBefore(store, 1 as UnixSeconds);
  expect(rows()).toHaveLength(before);
  const at = time.utcS() as UnixSeconds;
  await store.reports.keepDeadLetter(TAG, Buffer.of(1), "truncated", at);
  await deleteBefore(store, (at + 1) as UnixSeconds);
  expect(
    rows()
      .slice(before)
      .map(([event]) => event),
  ).toEqual(["retention.begun", "retention.deleted"]);
});

test("rows are read, with proofs under one signed head, and emptied after 400 days", async () => {
  await share();
  await store.forViewer(TOM).latest(TAG);
  const view = store.trail;
  const mia = view.nameOf(MIA) ?? "";
  const looked = view.read({ after: 0, limit: 9, own: mia, by: "other" });
  expect(looked.map(({ event }) => event)).toEqual(["share.accepted", "latest.read"]);
  const [held] = await store.forViewer(TOM).heldShares();
  expect(view.shareOf(looked[1]?.actor ?? "", MIA, TAG)).toBe(held?.id);
  expect(view.shareOf(looked[1]?.actor ?? "", TOM, TAG)).toBeUndefined();
  const proofs = view.prove([1, 2, 99]);
  expect(proofs.map((proof) => proof?.row)).toEqual([1, 2, undefined]);
  expect(new Set(proofs.slice(0, 2).map((proof) => proof?.checkpoint))).toEqual(new Set([view.head()?.note]));
  const count = trail.size();
  expect(view.prune(time.utcS())).toBe(0);
  time.advance(401 * 86_400_000);
  expect(view.prune(time.utcS())).toBe(count);
  expect(view.read({ after: 0, limit: 9 }).map(({ event }) => event)).toEqual(["trail.pruned"]);
  expect(verified()).toMatchObject({ intact: true, rows: count + 1 });
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
    ["tag.registered", undefined, undefined, 0],
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
  const after = [...before, ["retention.begun", undefined, MIA, 1], ["retention.deleted", undefined, MIA, 1]];
  expect(rows()).toEqual(after);
  expect(await run(5)).toEqual({ deleted: 0, faults: [] });
  expect(rows()).toEqual(after);
});

test("an erased owner's rows stay, and lead to nobody", async () => {
  await store.forOwner(MIA).latest(TAG);
  await store.forOwner(MIA).eraseOwner();
  expect(names.find(MIA)).toBeUndefined();
  const events = trail.read({ after: 0, limit: 9 }).map(({ entry }) => entry?.event);
  expect(events).toEqual(["tag.registered", "tag.claimed", "latest.read", "locations.erased"]);
  expect(verified()).toMatchObject({ intact: true, rows: 4 });
});
