import { copyFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { encodeReport } from "@purrimeter/protocol/report";
import type { Report } from "@purrimeter/protocol/messages";
import type { TagId } from "@purrimeter/protocol/values";
import { createLog } from "@purrimeter/service/log";
import type { Store } from "@purrimeter/store/open-store";
import { createBridgeCounters } from "../metrics/bridge-counters.ts";
import { utcNow } from "../testing/open-test-source.ts";
import { claimTag, createTestStore, OWNER, type TestStore } from "../testing/test-store.ts";
import { createDoubtJudge } from "./doubt.ts";
import { createUnreadableLog } from "./log-unreadable.ts";
import { MissingEntries } from "./missing-entries.ts";
import { receiveReport } from "./receive-report.ts";
import { DEFAULT_QUOTAS, ReportQuota } from "./report-quota.ts";

const TAGS = ["alf", "bea", "cid"] as TagId[];
const PER_REPORT = 10;
const REPORTS = 30;

let files: TestStore;
let lines: { event: string; tag?: string; count?: number }[];
let counters: ReturnType<typeof createBridgeCounters>;
let missing: MissingEntries;
beforeEach(() => {
  files = createTestStore();
  lines = [];
  counters = createBridgeCounters();
  const write = (line: string): void => void lines.push(JSON.parse(line) as (typeof lines)[0]);
  missing = new MissingEntries(counters, createLog("bridge", { write }));
});
afterEach(() => files.remove());

/** The report of that place in a tag's journal, of which everything before was let go. */
async function send(store: Store, tag: TagId, place: number): Promise<void> {
  const first = 1 + place * PER_REPORT;
  const at = utcNow() - 3_600 + first;
  const entries = Array.from({ length: PER_REPORT }, (_, i) => {
    return { kind: "fix", at: at + i, latE7: 515_000_000 + first + i, lonE7: -1_000_000, accuracyDm: 45 };
  });
  const bytes = encodeReport({ epoch: 5, first, oldest: first, entries } as unknown as Report);
  const [log, doubts] = [createLog("bridge", { write: () => undefined }), createDoubtJudge(365)];
  const quota = new ReportQuota(DEFAULT_QUOTAS, () => 0);
  const unreadable = createUnreadableLog(log, () => 0);
  const parts = { store: store.reports, doubts, quota, counters, log, missing, unreadable, now: utcNow };
  await receiveReport(parts, tag, bytes);
}

/** Stores the tags' journals, and leaves a copy of the database as a power cut leaves it that lost the end of the log. */
async function cutWal(): Promise<void> {
  const store = files.open();
  for (const tag of TAGS) await claimTag(store, tag);
  const claimedBytes = statSync(`${files.path}-wal`).size;
  for (let place = 0; place < REPORTS; place++) for (const tag of TAGS) await send(store, tag, place);
  const bytes = statSync(`${files.path}-wal`).size;
  for (const end of ["", "-wal"]) copyFileSync(`${files.path}${end}`, `${files.path}${end}.copy`);
  await store.close();
  rmSync(`${files.path}-shm`, { force: true });
  for (const end of ["", "-wal"]) copyFileSync(`${files.path}${end}.copy`, `${files.path}${end}`);
  truncateSync(`${files.path}-wal`, Math.floor(claimedBytes + 0.6 * (bytes - claimedBytes)));
}

async function storedOf(store: Store, tag: TagId): Promise<number> {
  const range = { from: 0, to: utcNow() + 86_400, limit: 1_000 } as never;
  const page = await store.forOwner(OWNER).locations(tag, range);
  return page === "not-found" ? -1 : page.items.length;
}

test("after a log that lost its end, each tag's next report shows what is missing: counted, logged, in the readiness", async () => {
  await cutWal();
  const store = files.open();
  expect(await missing.check.check()).toMatchObject({
    ok: true,
    detail: expect.stringMatching(/^no /) as string,
  });
  let lost = 0;
  for (const tag of TAGS) lost += PER_REPORT * REPORTS - (await storedOf(store, tag));
  expect(lost).toBeGreaterThan(PER_REPORT * TAGS.length);
  for (const tag of TAGS) await send(store, tag, REPORTS);
  for (const tag of TAGS) await send(store, tag, REPORTS + 1);
  expect([counters.get("holes"), counters.get("missing-entries")]).toEqual([TAGS.length, lost]);
  missing.tell();
  missing.tell();
  expect(lines).toMatchObject([{ event: "report.missing", tag: TAGS[0] }, { event: "report.missing" }]);
  expect((lines[0]?.count ?? 0) + (lines[1]?.count ?? 0)).toBe(lost);
  const { ok, detail } = await missing.check.check();
  expect([ok, detail]).toEqual([true, expect.stringContaining(`${lost} entries are missing`)]);
  await store.close();
});

test("an ordinary life has nothing missing", async () => {
  const store = files.open();
  for (const tag of TAGS) await claimTag(store, tag);
  for (let place = 0; place < 3; place++) for (const tag of TAGS) await send(store, tag, place);
  for (const tag of TAGS) await send(store, tag, 1);
  missing.tell();
  expect([counters.get("holes"), lines]).toEqual([0, []]);
  await store.close();
});
