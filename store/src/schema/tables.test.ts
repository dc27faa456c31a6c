import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { heldRows, type TableEntry } from "@purrimeter/database/table-entry";
import { ADA, BOB, later, NOON, OTHER_TAG, TAG } from "../testing/contract-values.ts";
import { deleteBefore } from "../testing/delete-before.ts";
import { fillStore } from "../testing/fill-store.ts";
import { openSqliteHarness, type SqliteHarness } from "../testing/sqlite-harness.ts";
import { claimed } from "../testing/store-harness.ts";
import { LOCATION_TABLES, type LocationHolder } from "./tables.ts";

const YEAR_S = 365 * 86_400;

const AUDIT = {
  key: Buffer.alloc(32, 1),
  time: new ManualTime(),
  failed: (error: unknown) => expect.unreachable(String(error)),
};

let harness: SqliteHarness;
beforeEach(() => {
  harness = openSqliteHarness({ audit: AUDIT });
});
afterEach(() => harness.close());

type Entry = TableEntry<LocationHolder>;

function count(table: string, where = "true", values: object = {}): number {
  const sql = `SELECT count(*) FROM ${table} WHERE ${where}`;
  return harness.database.prepare(sql).pluck().get(values) as number;
}

function columnsOf(table: string): { name: string; pk: number }[] {
  return harness.database.pragma(`table_info(${table})`) as { name: string; pk: number }[];
}

function ownershipOf(tag: string): number {
  return harness.database.prepare("SELECT ownership FROM tag WHERE id = ?").pluck().get(tag) as number;
}

/** Tables in which a row of the holder is. */
function tablesOf(holder: LocationHolder, values: object): string[] {
  return LOCATION_TABLES.filter((entry) => {
    const where = heldRows(entry, holder);
    return where !== undefined && count(entry.table, where, values) > 0;
  }).map(({ table }) => table);
}

function namesOf(entries: readonly Entry[]): string[] {
  return entries.map(({ table }) => table);
}

describe("the registry of tables", () => {
  test("has every table of the schema, once, with its key", () => {
    const sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    const tables = harness.database.prepare(sql).pluck().all();
    expect(namesOf(LOCATION_TABLES).sort()).toEqual(tables.sort());
    for (const { table, key } of LOCATION_TABLES) {
      const columns = columnsOf(table).filter(({ pk }) => pk > 0);
      expect(key, table).toEqual(columns.sort((a, b) => a.pk - b.pk).map(({ name }) => name));
    }
  });

  test("names columns that exist", () => {
    for (const { table, kept, erased } of LOCATION_TABLES) {
      const held = "with" in erased ? Object.values(erased.with) : [];
      const conditions = kept.until === "old" ? [...held, kept.where] : held;
      for (const where of conditions)
        expect(() => harness.database.prepare(`SELECT 1 FROM ${table} WHERE ${where}`), where).not.toThrow();
    }
  });

  test("says of every table that names an owner or an ownership how it is erased with it", () => {
    for (const entry of LOCATION_TABLES) {
      if ("never" in entry.erased) continue;
      const columns = columnsOf(entry.table).map(({ name }) => name);
      if (columns.includes("ownership")) expect(heldRows(entry, "ownership"), entry.table).toBeDefined();
      for (const column of entry.table === "trail" ? [] : ["viewer", "recipient", "account"])
        if (columns.includes(column)) expect(heldRows(entry, "owner"), entry.table).toContain(column);
      if (columns.includes("owner")) expect("with" in entry.erased, entry.table).toBe(true);
    }
  });
});

describe("erasure", () => {
  test("the fixture has a row in every table", async () => {
    await fillStore(harness, TAG);
    for (const { table } of LOCATION_TABLES) expect(count(table), table).toBeGreaterThan(0);
  });

  test("of a tag deletes all that is its ownership's, and nothing of another", async () => {
    await fillStore(harness, TAG);
    await fillStore(harness, OTHER_TAG);
    const [own, other] = [{ ownership: ownershipOf(TAG) }, { ownership: ownershipOf(OTHER_TAG) }];
    // Its status is counted as erased with it once the ownership has ended.
    const ofOther = tablesOf("ownership", other);
    expect(tablesOf("ownership", own)).toEqual(ofOther);
    await harness.store.forOwner(ADA).eraseTag(TAG);
    expect(tablesOf("ownership", own)).toEqual([]);
    expect(count("tag_status", "tag = @TAG", { TAG })).toBe(0);
    expect(tablesOf("ownership", other)).toEqual(ofOther);
    expect(count("tag_status", "tag = @OTHER_TAG", { OTHER_TAG })).toBe(1);
  });

  test("of an owner leaves no row in any table but the operator's list and the service's times", async () => {
    await fillStore(harness, TAG);
    await fillStore(harness, OTHER_TAG);
    await harness.store.forOwner(ADA).eraseOwner();
    await harness.store.forOwner(BOB).eraseOwner();
    const left = LOCATION_TABLES.filter(({ table }) => count(table) > 0);
    expect(namesOf(left)).toEqual(["tag", "report_cut", "anonymous_day", "installation", "clock", "trail"]);
    expect(left.every(({ erased }) => "never" in erased)).toBe(true);
    expect(count("tag", "ownership IS NOT NULL")).toBe(0);
  });

  test("of a viewer and recipient takes what others gave them", async () => {
    await fillStore(harness, TAG);
    expect(tablesOf("owner", { owner: BOB })).toEqual(["share", "transfer", "trail_name"]);
    await harness.store.forOwner(BOB).eraseOwner();
    expect(tablesOf("owner", { owner: BOB })).toEqual([]);
    expect(await harness.store.forOwner(ADA).tag(TAG)).not.toBe("not-found");
  });

  test("of a former owner's time leaves what the tag says now", async () => {
    await fillStore(harness, TAG);
    harness.clock.now = later(NOON, 60);
    const bob = await claimed(harness, BOB, TAG);
    const status = { online: true, settingsVersion: 9, firmware: "1.0.0" } as const;
    await harness.store.reports.recordStatus(TAG, status, later(NOON, 61));
    await harness.store.forOwner(ADA).eraseOwner();
    expect(await bob.tag(TAG)).toMatchObject({ settings: { reported: 9 } });
  });
});

describe("retention", () => {
  const BOUNDS = { minDays: 1, maxDays: 365, defaultDays: 365, formerDays: 365 };

  test.each(["totals", "anonymise", "delete"] as const)(
    "leaves nothing of an owner who is erased while it runs: %s",
    async (afterwards) => {
      await fillStore(harness, TAG);
      const owner = { owner: ADA };
      const ownership = { ownership: ownershipOf(TAG) };
      await harness.store.forOwner(ADA).chooseRetention({ days: 1, afterwards }, BOUNDS);
      const running = harness.store.retention.run({ asOf: later(NOON, 9 * 86_400), bounds: BOUNDS });
      const [, { faults }] = await Promise.all([harness.second.forOwner(ADA).eraseOwner(), running]);
      expect(faults).toEqual([]);
      expect([tablesOf("owner", owner), tablesOf("ownership", ownership)]).toEqual([[], []]);
    },
  );

  test("deletes of an owner whose key is lost, and counts nothing of it", async () => {
    await fillStore(harness, TAG);
    await harness.store.forOwner(ADA).chooseRetention({ days: 1, afterwards: "totals" }, BOUNDS);
    const totals = count("day_total");
    await harness.keyRing.destroy(ADA);
    harness.passMs(3_600_000);
    const asOf = later(NOON, 9 * 86_400);
    expect(await harness.second.retention.run({ asOf, bounds: BOUNDS })).toMatchObject({ faults: [] });
    expect([count("report"), count("event"), count("day_total")]).toEqual([0, 0, totals]);
  });

  test("leaves no row that is too old in any table", async () => {
    await fillStore(harness, TAG);
    await fillStore(harness, OTHER_TAG);
    await claimed(harness, BOB, TAG);
    const at = later(NOON, YEAR_S);
    const limit = { at, day: Math.floor(at / 86_400), alerts: at };
    const aged = LOCATION_TABLES.flatMap(({ table, kept }) =>
      kept.until === "old" ? [{ table, where: kept.where }] : [],
    );
    for (const { table, where } of aged) expect(count(table, where, limit), table).toBeGreaterThan(0);
    await deleteBefore(harness.store, at);
    for (const { table, where } of aged) expect(count(table, where, limit), table).toBe(0);
    expect(count("report")).toBe(0);
    expect(count("ownership")).toBe(2);
  });
});
