import { afterEach, beforeEach, expect, test } from "vitest";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { createLog } from "@purrimeter/service/log";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import type { Store } from "@purrimeter/store/open-store";
import { createTestStore, type TestStore } from "../testing/test-store.ts";
import { deleteOldLocations } from "./delete-old-locations.ts";

const DAY_S = 86_400;
const NOW_S = Date.parse("2026-11-30T12:00:00Z") / 1_000;
const RETENTION_DAYS = 365;

let files: TestStore;
let store: Store;
let cuts: number[];
let lines: string[];
beforeEach(() => {
  files = createTestStore();
  store = files.open();
  cuts = [];
  lines = [];
});
afterEach(async () => {
  await store.close();
  files.remove();
});

/** Runs at a time of the clock; days of history before now that are left afterwards are in `cuts`. */
function run(nowS: number, options: { isTrusted?: boolean; retentionDays?: number } = {}): Promise<void> {
  const { isTrusted = true, retentionDays = RETENTION_DAYS } = options;
  const runRetention: Store["retention"]["run"] = (given) => {
    cuts.push((NOW_S - given.asOf) / DAY_S + given.bounds.defaultDays);
    return store.retention.run(given);
  };
  return deleteOldLocations({
    store: { retention: { run: runRetention }, clock: store.clock, trail: store.trail },
    bounds: { minDays: 1, maxDays: 365, defaultDays: retentionDays, formerDays: 365 },
    isClockTrusted: () => isTrusted,
    now: () => nowS as UnixSeconds,
    log: createLog("bridge", { write: (line) => void lines.push(line) }),
  });
}

test("deletes nothing while the clock is not trusted, and says so", async () => {
  await run(NOW_S + 400 * DAY_S, { isTrusted: false });
  expect(cuts).toEqual([]);
  expect(lines.join("")).toContain("retention.kept");
});

test("a run cuts at most three days beyond the last run's cut, also after a restart", async () => {
  await run(NOW_S);
  await run(NOW_S + 400 * DAY_S);
  await store.close();
  store = files.open();
  await run(NOW_S + 400 * DAY_S);
  await run(NOW_S);
  expect(cuts).toEqual([365, 362, 359, 365]);
});

test("what the trail says goes after 400 days, also of locations that are kept longer", async () => {
  await store.close();
  const time = new ManualTime((NOW_S - 401 * DAY_S) * 1_000);
  const audit = { key: files.auditKey, time, failed: (error: unknown) => expect.unreachable(String(error)) };
  store = files.open({ audit });
  store.trail.recordStart("bridge", "1");
  time.advance(401 * DAY_S * 1_000);
  store.trail.recordStart("bridge", "2");
  await run(NOW_S, { isTrusted: false });
  expect(store.trail.read({ after: 0, limit: 9 })).toHaveLength(2);
  await run(NOW_S);
  const rows = store.trail.read({ after: 0, limit: 9 });
  expect(rows.map(({ number, event, subject }) => [number, event, subject])).toEqual([
    [2, "service.started", "bridge 2"],
    [3, "trail.pruned", ""],
  ]);
});

test("goes on each day without any report", async () => {
  for (let day = 0; day < 5; day++) await run(NOW_S + day * DAY_S);
  expect(cuts).toEqual([365, 364, 363, 362, 361]);
});

test("a shorter retention is not the clock's doing, and holds at once", async () => {
  await run(NOW_S);
  await run(NOW_S, { retentionDays: 30 });
  expect(cuts).toEqual([365, 30]);
});
