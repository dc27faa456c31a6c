import { checkDatabase } from "@purrimeter/database/check-database";
import { openDatabase } from "@purrimeter/database/open-database";
import type { FixEntry } from "@purrimeter/protocol/entry";
import type { Side, TagId } from "@purrimeter/protocol/values";
import { openSealedKeyFile } from "@purrimeter/secrets/sealed-key-file";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { composeStore, type Store } from "../open-store.ts";
import { MIGRATIONS } from "../schema/migrations.ts";
import type { JudgedOwnership } from "../recording/report-store.ts";
import { createClaimCode } from "../tags/claim-code.ts";
import {
  ADA,
  ALWAYS,
  draft,
  fix,
  NOON,
  pageOf,
  receivedAt,
  reportOf,
  transition,
} from "./contract-values.ts";

const KEY = Buffer.alloc(32, 7);
const PAGE_BYTES = 4_096;
const TAGS = Array.from({ length: 12 }, (_, i) => `cat-${i + 10}` as TagId);
const REPORTS = 24;
const PER_REPORT = 8;

let folder: string;
let whole: Buffer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-corrupt-"));
  await withStore("locations.db", fill);
  whole = readFileSync(join(folder, "locations.db"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function withStore<Result>(name: string, use: (store: Store) => Promise<Result>): Promise<Result> {
  const path = join(folder, name);
  const database = openDatabase({ path, key: KEY, migrations: MIGRATIONS });
  const keyRing = openSealedKeyFile(join(folder, "owners.keys"), KEY);
  const options = { path, databaseKey: KEY, keyRing, now: () => NOON, monotonicMs: () => 0 };
  const store = composeStore(database, { ...options, minFreeBytes: 0, reserveBytes: 0 });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function fill(store: Store): Promise<void> {
  const ada = store.forOwner(ADA);
  for (const tag of TAGS) {
    const code = createClaimCode();
    await store.registry.register(tag, code, NOON);
    await ada.claim(code, `name of ${tag}`);
  }
  await ada.createGeofence(draft("home", TAGS));
  for (let report = 0; report < REPORTS; report++)
    for (const tag of TAGS) {
      const first = 1 + report * PER_REPORT;
      const entries = Array.from({ length: PER_REPORT }, (_, i) =>
        i === 0 ? transition(first, 0, "inside", "outside", 2) : fix(first + i),
      );
      await store.reports.recordReport(tag, reportOf(first, entries), receivedAt());
    }
}

/** The store on a copy with one bit of that page turned. */
function spoiled<Result>(page: number, use: (store: Store) => Promise<Result>): Promise<Result> {
  const bytes = Buffer.from(whole);
  const at = (page - 1) * PAGE_BYTES + 500;
  bytes[at] = (bytes[at] ?? 0) ^ 16;
  writeFileSync(join(folder, `${page}.db`), bytes);
  return withStore(`${page}.db`, use);
}

/** Pages of a table but its root: what a lost root takes with it is all of the table. */
function pagesOf(table: string): number[] {
  const database = openDatabase({ path: join(folder, "locations.db"), key: KEY, migrations: MIGRATIONS });
  const roots = database.prepare("SELECT rootpage FROM sqlite_master").pluck().all();
  database.close();
  const pages = Array.from({ length: whole.length / PAGE_BYTES }, (_, i) => i + 1).slice(1);
  return pages.filter((page) => {
    if (roots.includes(page)) return false;
    const bytes = Buffer.from(whole);
    const at = (page - 1) * PAGE_BYTES + 500;
    bytes[at] = (bytes[at] ?? 0) ^ 16;
    const path = join(folder, "probe.db");
    writeFileSync(path, bytes);
    try {
      const probe = openDatabase({ path, key: KEY, migrations: MIGRATIONS });
      const faults = checkDatabase(probe);
      probe.close();
      return faults.some((fault) => fault.table === table);
    } catch {
      return false;
    }
  });
}

/** How many tags' next reports, with a transition from that side, are taken; adds by what fixes they are judged. */
async function countTaken(
  store: Store,
  from: Side,
  believed: (FixEntry | undefined)[] = [],
): Promise<number> {
  const first = 1 + REPORTS * PER_REPORT;
  const report = reportOf(first, [fix(first), transition(first + 1, 0, from, "outside", 2)]);
  const judge = (ownership: JudgedOwnership): undefined => void believed.push(ownership.believed);
  const outcomes = await Promise.allSettled(
    TAGS.map((tag) => store.reports.recordReport(tag, report, { at: NOON, knows: () => false, judge })),
  );
  return outcomes.filter(({ status }) => status === "fulfilled").length;
}

describe("one bit in a page", () => {
  test("of reports is a marked gap; all that is elsewhere is served", async () => {
    const pages = pagesOf("report");
    expect(pages.length).toBeGreaterThan(5);
    const fixes = REPORTS * (PER_REPORT - 1);
    for (const page of pages)
      await spoiled(page, async (store) => {
        let lost = 0;
        for (const tag of TAGS) {
          const { items, unreadable } = pageOf(await store.forOwner(ADA).locations(tag, ALWAYS)) as never as {
            items: { at: number }[];
            unreadable: { from: number; to: number }[] | undefined;
          };
          lost += fixes - items.length;
          expect(unreadable === undefined).toBe(items.length === fixes);
          await store.forOwner(ADA).latest(tag);
        }
        // A page of 4 KiB holds some 40 of these pieces.
        expect(lost).toBeGreaterThan(0);
        expect(lost).toBeLessThan(fixes * TAGS.length * 0.5);
        expect((await store.forOwner(ADA).tags({ limit: 100 })).items).toHaveLength(TAGS.length);
      });
  });

  test("of events takes the events of its stretch of time and no others", async () => {
    const pages = pagesOf("event");
    expect(pages.length).toBeGreaterThan(2);
    const counts: number[] = [];
    for (const page of pages)
      await spoiled(page, async (store) => {
        let served = 0;
        for (const tag of TAGS) served += pageOf(await store.forOwner(ADA).events(tag, ALWAYS)).items.length;
        counts.push(served);
      });
    // Some pages are of the index by which events are deleted, and take none with them.
    const all = REPORTS * TAGS.length;
    expect(counts.filter((served) => served > all * 0.5 && served < all).length).toBeGreaterThan(1);
  });

  test("of reports hinders no tag whose report is judged by what is stored, but for the page that is written next", async () => {
    const pages = pagesOf("report").slice(0, -1);
    const believed: (FixEntry | undefined)[] = [];
    for (const page of pages)
      expect(await spoiled(page, (store) => countTaken(store, "inside", believed)), `page ${page}`).toBe(
        TAGS.length,
      );
    expect(believed).toHaveLength(pages.length * TAGS.length);
    expect(
      believed.filter((fix) => fix === undefined).length,
      "on a page that cannot be read",
    ).toBeGreaterThan(0);
  });

  test("of events hinders no tag because it is asked for what was last known", async () => {
    for (const page of pagesOf("event")) {
      const asked = await spoiled(page, (store) => countTaken(store, "unknown"));
      expect(asked, `page ${page}`).toBe(await spoiled(page, (store) => countTaken(store, "inside")));
    }
  });

  test("of what a tag was heard of fails that tag's reports alone", async () => {
    const [page] = pagesOf("tag_progress");
    if (page === undefined) return;
    await spoiled(page, async (store) => {
      const first = 1 + REPORTS * PER_REPORT;
      const outcomes = await Promise.allSettled(
        TAGS.map((tag) => store.reports.recordReport(tag, reportOf(first, [fix(first)]), receivedAt())),
      );
      expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBeGreaterThan(0);
      expect((await store.forOwner(ADA).tags({ limit: 100 })).items).toHaveLength(TAGS.length);
    });
  });
});
