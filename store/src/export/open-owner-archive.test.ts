import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import type { ExportedRow } from "../reading/owner-archive.ts";
import type { PlacedEntry } from "../reading/placed-entry.ts";
import { LOCATION_TABLES } from "../schema/tables.ts";
import { ADA, BOB, fixes, later, NOON, OTHER_TAG, receivedAt, TAG } from "../testing/contract-values.ts";
import { fillStore } from "../testing/fill-store.ts";
import { openSqliteHarness, type SqliteHarness } from "../testing/sqlite-harness.ts";
import { claimed, recorded } from "../testing/store-harness.ts";
import type { OwnerId } from "../reading/owner-id.ts";

const AUDIT = {
  key: Buffer.alloc(32, 1),
  time: new ManualTime(),
  failed: (error: unknown) => expect.unreachable(String(error)),
};

let harness: SqliteHarness;
beforeEach(async () => {
  harness = openSqliteHarness({ audit: AUDIT });
  await fillStore(harness, TAG);
});
afterEach(() => harness.close());

async function rowsOf(owner: OwnerId): Promise<ExportedRow[]> {
  const rows: ExportedRow[] = [];
  for (const part of harness.store.forOwner(owner).archive().parts())
    for await (const row of part.rows()) rows.push(row);
  return rows;
}

async function entriesOf(owner: OwnerId): Promise<PlacedEntry[][]> {
  const archive = harness.store.forOwner(owner).archive();
  const all: PlacedEntry[][] = [];
  for (const ownership of archive.ownerships()) {
    const entries: PlacedEntry[] = [];
    for await (const day of archive.entries(ownership)) entries.push(...day);
    all.push(entries);
  }
  return all;
}

test("every table that the registry exports is in it, and no other", async () => {
  await recorded(harness, TAG, fixes(20, 21, 20));
  const exported = LOCATION_TABLES.filter(({ exported }) => "as" in exported).map(({ table }) => table);
  const found = new Set((await rowsOf(ADA)).map(({ table }) => table));
  const entries = await entriesOf(ADA);
  if (entries.flat().length > 0) found.add("report");
  expect([...found].sort()).toEqual(exported.sort());
});

test("what was sealed is in plain words, and no key, hash or other account is in it", async () => {
  const rows = await rowsOf(ADA);
  const of = (table: string) => rows.filter((row) => row.table === table);
  expect(of("ownership")).toMatchObject([{ tag: TAG, name: "cat", ended_at: null }]);
  expect(of("geofence").map(({ name }) => name)).toEqual(expect.arrayContaining(["home", "shed"]));
  expect(of("event")).toMatchObject([{ tag: TAG, entry: { from: "inside", to: "outside" }, doubt: null }]);
  expect(of("share")).toMatchObject([{ name: "Bob", isAccepted: true, isMine: true }]);
  expect(of("retention_choice")).toMatchObject([{ days: 1, afterwards: "totals", former: 0 }]);
  expect(of("day_total")).toMatchObject([{ tag: TAG, totals: { exits: 1 } }]);
  expect(of("found_report")).toMatchObject([{ message: "here" }]);
  expect(of("set_aside")).toMatchObject([{ bytes: Buffer.from("no report").toString("base64") }]);
  const text = JSON.stringify(rows);
  expect(text).not.toMatch(/hash|sealing_key|"owner"|"viewer"|"recipient"/);
  expect(text).not.toContain(`"${BOB}"`);
});

test("who was let in has the share and not the word for it, nor anything else of the tag", async () => {
  const rows = await rowsOf(BOB);
  expect(rows.filter(({ table }) => table !== "trail")).toMatchObject([
    { table: "share", name: null, isMine: false },
    { table: "transfer" },
  ]);
  expect(await entriesOf(BOB)).toEqual([]);
});

test("entries come in the order of time, with those of a tag that went to somebody else", async () => {
  await fillStore(harness, OTHER_TAG);
  harness.clock.now = later(NOON, 100_000);
  await claimed(harness, BOB, TAG);
  await recorded(harness, TAG, fixes(900, 901, 900, 8), receivedAt(later(NOON, 60_000)));
  const [former, present] = await entriesOf(ADA);
  const times = former?.map(({ entry }) => entry.at) ?? [];
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(former).toHaveLength(6);
  expect(present).toHaveLength(6);
});

test("many rows of a table come once each, in pages", async () => {
  for (let i = 0; i < 1_203; i++)
    harness.database
      .prepare("INSERT INTO hole (ownership, epoch, first, last, at) VALUES (1, 7, ?, ?, 1)")
      .run(10_000 + 2 * i, 10_000 + 2 * i);
  const holes = (await rowsOf(ADA)).filter(({ table, first }) => table === "hole" && Number(first) >= 10_000);
  expect(new Set(holes.map(({ first }) => first)).size).toBe(1_203);
  expect(holes).toHaveLength(1_203);
});
