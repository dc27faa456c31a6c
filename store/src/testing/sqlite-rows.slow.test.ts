import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  ADA,
  ALWAYS,
  BOB,
  draft,
  fix,
  fixes,
  later,
  NOON,
  OTHER_TAG,
  receivedAt,
  reportOf,
  TAG,
  transition,
} from "./contract-values.ts";
import { useOwnedStore } from "./owned-store.ts";
import { openSqliteHarness } from "./sqlite-harness.ts";
import { claimed, recorded, storedNumbers } from "./store-harness.ts";

const owned = useOwnedStore("Schnurrli-the-cat");

function all(sql: string): unknown[] {
  return owned.harness.database.prepare(sql).raw().all();
}

test("holes are recorded, split when something comes after all, and gone when filled", async () => {
  const holes = () => all("SELECT first, last FROM hole ORDER BY first");
  await recorded(owned.harness, TAG, fixes(1, 2));
  await recorded(owned.harness, TAG, fixes(11, 12, 11));
  expect(holes()).toEqual([[3, 10]]);
  await recorded(owned.harness, TAG, fixes(5, 6, 5));
  expect(holes()).toEqual([
    [3, 4],
    [7, 10],
  ]);
  await recorded(owned.harness, TAG, fixes(20, 20, 18));
  expect(holes()).toEqual([
    [3, 4],
    [7, 10],
    [13, 17],
  ]);
  await recorded(owned.harness, TAG, fixes(3, 19, 3));
  expect(holes()).toEqual([]);
});

test("a transition is an event and an outbox row, once; a doubted one too, to be told as what it is", async () => {
  const report = reportOf(1, [
    transition(1, 0, "inside", "outside", 1),
    transition(2, 0, "outside", "inside", 1),
  ]);
  const suspect = [undefined, "future"] as const;
  await Promise.all([1, 2, 3].map(() => recorded(owned.harness, TAG, report, { at: NOON, suspect })));
  expect(all("SELECT number FROM event ORDER BY number")).toEqual([[1], [2]]);
  expect(all("SELECT number FROM outbox WHERE kind = 'transition' ORDER BY id")).toEqual([[1], [2]]);
  const sealed = "SELECT sealing_key, sealed FROM";
  expect(all(`${sealed} outbox WHERE kind = 'transition' ORDER BY id`), "the transition itself").toEqual(
    all(`${sealed} event ORDER BY number`),
  );
});

test("set-aside reports are the newest sixteen, sealed", async () => {
  for (let i = 0; i < 20; i++)
    await owned.harness.store.reports.keepDeadLetter(
      TAG,
      Buffer.from(`bad ${i}`),
      "truncated",
      later(NOON, i),
    );
  expect(all("SELECT count(*), min(at) FROM set_aside")).toEqual([[16, NOON + 4]]);
});

test("pieces of a day are found without an index on the reports", () => {
  expect(all("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'report'")).toEqual([]);
});

test("nothing of where or who is readable in any file", async () => {
  await owned.ada.createGeofence(draft("grandmother's garden", [TAG]));
  await recorded(owned.harness, TAG, fixes(1, 50));
  const name = Buffer.from("Schnurrli-the-cat");
  const places = [fix(1), fix(50)].flatMap(({ latE7, lonE7 }) => [
    int32(latE7, "LE"),
    int32(lonE7, "LE"),
    int32(latE7, "BE"),
  ]);
  const secrets = [name, Buffer.from("grandmother"), Buffer.from(TAG), Buffer.from(ADA), ...places];
  const files = readdirSync(owned.harness.folder).filter((file) => !file.endsWith("-shm"));
  expect(files.sort()).toEqual(["locations.db", "locations.db-wal", "owners.keys", "owners.keys.lock"]);
  for (const file of files) {
    const bytes = readFileSync(join(owned.harness.folder, file));
    for (const secret of secrets) expect(bytes.includes(secret), `${file} ${secret.toString()}`).toBe(false);
  }
});

test("inside the open database what locates is sealed, and deleted rows leave nothing", async () => {
  await owned.ada.createGeofence(draft("grandmother's garden", [TAG]));
  await recorded(owned.harness, TAG, fixes(1, 50));
  const blobs = all(
    "SELECT sealed FROM report UNION ALL SELECT sealed FROM geofence UNION ALL SELECT name FROM ownership",
  );
  for (const [blob] of blobs as [Buffer][]) {
    expect(blob.includes("garden")).toBe(false);
    expect(blob.includes("Schnurrli")).toBe(false);
    expect(blob.includes(int32(fix(1).latE7, "LE"))).toBe(false);
  }
});

test("an erased tag leaves no row, no key, and no log that still holds them", async () => {
  await recorded(owned.harness, TAG, fixes(1, 50));
  await owned.ada.eraseTag(TAG);
  for (const table of ["report", "tag_day", "tag_progress", "ownership", "sealing_key"])
    expect(all(`SELECT count(*) FROM ${table}`), table).toEqual([[0]]);
  expect(statSync(`${owned.harness.path}-wal`).size).toBe(0);
});

test("a row that was moved or changed does not open: its time is marked, and nothing of it is shown", async () => {
  await recorded(owned.harness, TAG, fixes(1, 2));
  const gap = { items: [], next: undefined, unreadable: [{ from: fix(1).at, to: fix(2).at }] };
  owned.harness.database.exec("UPDATE report SET first = 2, epoch = 7");
  expect(await owned.ada.locations(TAG, ALWAYS)).toEqual(gap);
  owned.harness.database.exec("UPDATE report SET first = 1, received_at = received_at + 1");
  expect(await owned.ada.locations(TAG, ALWAYS)).toEqual(gap);
  owned.harness.database.exec("UPDATE report SET received_at = received_at - 1");
  expect(await storedNumbers(owned.ada, TAG)).toEqual([1, 2]);
});

test("a fault in the middle of a commit leaves nothing of it, in the file or in memory", async () => {
  await recorded(owned.harness, TAG, fixes(1, 2));
  owned.harness.database.exec(
    "CREATE TRIGGER trouble BEFORE INSERT ON tag_progress BEGIN SELECT RAISE(ABORT, 'trouble'); END",
  );
  await expect(owned.harness.store.reports.recordReport(TAG, fixes(3, 4), receivedAt())).rejects.toThrow(
    "trouble",
  );
  owned.harness.database.exec("DROP TRIGGER trouble");
  expect(await storedNumbers(owned.ada, TAG)).toEqual([1, 2]);
  expect(await recorded(owned.harness, TAG, fixes(3, 4))).toMatchObject({
    through: 4,
    stored: 2,
    duplicates: 0,
  });
  expect(await storedNumbers(owned.ada, TAG)).toEqual([1, 2, 3, 4]);
});

test("while another process holds the database the answer is busy, and nothing is lost", async () => {
  await recorded(owned.harness, TAG, fixes(1, 1));
  owned.harness.database.pragma("busy_timeout=20");
  const other = owned.harness.connect();
  other.exec("BEGIN IMMEDIATE");
  const outcome = await owned.harness.store.reports.recordReport(TAG, fixes(2, 2), receivedAt());
  expect(outcome).toEqual({ kind: "refused", reason: "busy" });
  other.close();
  expect(await recorded(owned.harness, TAG, fixes(2, 2))).toMatchObject({ through: 2, stored: 1 });
});

test("a database that ran out of pages answers storage-full, reads on, and goes on when there is room", async () => {
  await recorded(owned.harness, TAG, fixes(1, 10));
  const pages = owned.harness.database.pragma("page_count", { simple: true }) as number;
  owned.harness.database.pragma(`max_page_count=${pages}`);
  let number = 11;
  let stored = 10;
  for (; ; number += 100) {
    const outcome = await owned.harness.store.reports.recordReport(
      TAG,
      fixes(number, number + 99),
      receivedAt(),
    );
    if (outcome.kind === "refused") {
      expect(outcome.reason).toBe("storage-full");
      break;
    }
    stored = number + 99;
  }
  expect((await storedNumbers(owned.ada, TAG)).at(-1)).toBe(stored);
  owned.harness.database.pragma("max_page_count=1000000");
  // For a second nothing is even tried.
  expect(
    await owned.harness.store.reports.recordReport(TAG, fixes(number, number + 99), receivedAt()),
  ).toMatchObject({ reason: "storage-full" });
  owned.harness.passMs(1_001);
  expect(await recorded(owned.harness, TAG, fixes(number, number + 99))).toMatchObject({
    through: number + 99,
    stored: 100,
  });
  expect((await storedNumbers(owned.ada, TAG)).length).toBe(number + 99);
});

test("below the free-space limit nothing is accepted", async () => {
  const small = openSqliteHarness({ minFreeBytes: Number.MAX_SAFE_INTEGER });
  await claimed(small, ADA, TAG);
  const outcome = await small.store.reports.recordReport(TAG, fixes(1, 1), receivedAt());
  expect(outcome).toEqual({ kind: "refused", reason: "storage-full" });
  await small.close();
});

function int32(value: number, order: "LE" | "BE"): Buffer {
  const bytes = Buffer.alloc(4);
  if (order === "LE") bytes.writeInt32LE(value);
  else bytes.writeInt32BE(value);
  return bytes;
}

test("addresses of finders are kept as hashes under the owner's key", async () => {
  const { finderReports, registry } = owned.harness.store;
  const draft = { message: "x", contact: undefined, place: undefined };
  await claimed(owned.harness, BOB, OTHER_TAG);
  for (const tag of [TAG, TAG, OTHER_TAG])
    await finderReports.report(await registry.printedCode(tag), draft, "192.0.2.77");
  const [first, second, third] = all("SELECT address_hash FROM found_report ORDER BY id").flat() as Buffer[];
  expect(first).toHaveLength(32);
  expect(second).toEqual(first);
  expect(third).not.toEqual(first);
});
