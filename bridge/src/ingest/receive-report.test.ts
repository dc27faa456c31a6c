import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLog } from "@purrimeter/service/log";
import { decodeAck } from "@purrimeter/protocol/ack";
import type { Entry } from "@purrimeter/protocol/entry";
import type { Report } from "@purrimeter/protocol/messages";
import { encodeReport } from "@purrimeter/protocol/report";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { createTestAlarms } from "@purrimeter/service/testing/test-alarms";
import type { Store } from "@purrimeter/store/open-store";
import { createBridgeCounters } from "../metrics/bridge-counters.ts";
import { createUnreadableLog } from "./log-unreadable.ts";
import { DEFAULT_QUOTAS, ReportQuota } from "./report-quota.ts";
import { receiveReport } from "./receive-report.ts";
import { createDoubtJudge } from "./doubt.ts";
import { utcNow } from "../testing/open-test-source.ts";
import { claimTag, createTestStore, OWNER, type TestStore } from "../testing/test-store.ts";

const [ALF, BEA, CID] = ["alf" as TagId, "bea" as TagId, "cid" as TagId];
const HOUR_S = 3_600;

let files: TestStore;
let store: Store;
/** What the owner reads after the reports. */
let battery: number | undefined;
let believed: readonly UnixSeconds[];

beforeAll(async () => {
  files = createTestStore();
  store = files.open();
  await claimTag(store, ALF);
  await claimTag(store, BEA);
  await claimTag(store, CID);
  await sendHealth();
  await sendFixes();
});
afterAll(async () => {
  await store.close();
  files.remove();
});

const counters = createBridgeCounters();
const log = createLog("bridge", { write: () => undefined });
const unreadable = createUnreadableLog(log, () => 0);
const doubts = createDoubtJudge(365);

/** Takes the entries as the bridge does, and expects them to be stored. */
async function send(tag: TagId, first: number, entries: readonly object[]): Promise<void> {
  const numbers = { epoch: 9, first, oldest: 1 } as unknown as Report;
  const bytes = encodeReport({ ...numbers, entries: entries as readonly Entry[] });
  const quota = new ReportQuota(DEFAULT_QUOTAS, () => 0);
  const parts = { store: store.reports, doubts, quota, counters, log, unreadable, now: utcNow };
  const ack = decodeAck(await receiveReport(parts, tag, bytes));
  expect(ack).toMatchObject({ ok: true, value: { kind: "stored", through: first + entries.length - 1 } });
}

/** A tag at 4 % dies, is charged under a roof, and starts again without a clock. */
async function sendHealth(): Promise<void> {
  const health = { kind: "health", dropped: 0 };
  await send(ALF, 1, [{ ...health, at: utcNow() - 2 * HOUR_S, batteryPercent: 4, boots: 1 }]);
  await send(ALF, 2, [{ ...health, at: 0, batteryPercent: 100, boots: 2 }]);
  const tag = await store.forOwner(OWNER).tag(ALF);
  battery = tag === "not-found" ? undefined : tag.batteryPercent;
}

/** One fix that is wrong by 400 km, and 110 minutes of right ones. */
async function sendFixes(): Promise<void> {
  const fix = { kind: "fix", lonE7: 75_000_000, accuracyDm: 50 };
  const since = utcNow() - 4 * HOUR_S;
  const right = Array.from({ length: 110 }, (_, i) => ({
    ...fix,
    at: since + 60 * (i + 1),
    latE7: 636_000_000 + i,
  }));
  await send(BEA, 1, [{ ...fix, at: since, latE7: 600_000_000 }, ...right.slice(0, 60)]);
  await send(BEA, 62, right.slice(60));
  const range = { from: since as UnixSeconds, to: utcNow(), limit: 1_000 };
  const page = await store.forOwner(OWNER).locations(BEA, range);
  if (page === "not-found") throw new Error(page);
  expect(page.items).toHaveLength(111);
  believed = page.items.filter(({ doubt }) => doubt === undefined).map(({ at }) => at);
}

// The entry with the greater number is the later one, whatever its time.
it("the battery is the last that the tag told, with a time or without", () => expect(battery).toBe(100));

// A few right fixes that fit each other outweigh the wrong one.
it("one wrong fix makes few right ones doubted", () => expect(believed.length).toBeGreaterThan(100));

describe("a tag over its quota", () => {
  it("is told that the bridge is busy, with one line for the operator, and loses nothing", async () => {
    const lines: string[] = [];
    let nowMs = 0;
    const quota = new ReportQuota({ ...DEFAULT_QUOTAS, entries: { burst: 2, perSecond: 1 } }, () => nowMs);
    const telling = createLog("bridge", { write: (line: string) => void lines.push(line) });
    const parts = { store: store.reports, doubts, quota, counters, log: telling, unreadable, now: utcNow };
    const health = { kind: "health", at: utcNow(), batteryPercent: 50, boots: 1, dropped: 0 } as const;
    const numbers = { epoch: 10, first: 1, oldest: 1 } as unknown as Report;
    const bytes = encodeReport({ ...numbers, entries: [health, health] });
    const sent = async () => decodeAck(await receiveReport(parts, CID, bytes));
    expect(await sent()).toMatchObject({ value: { kind: "stored" } });
    for (let i = 0; i < 3; i++)
      expect(await sent()).toMatchObject({ value: { kind: "refused", reason: "busy", final: false } });
    expect(lines.filter((line) => line.includes("report.quota"))).toHaveLength(1);
    nowMs = 2_000;
    expect(await sent()).toMatchObject({ value: { kind: "stored", through: 2 } });
  });
});

describe("rules of security", () => {
  /** What they raise when a tag reports these entries, a minute apart. */
  async function raisedBy(
    tag: TagId,
    entries: readonly object[],
    quotas = DEFAULT_QUOTAS,
  ): Promise<string[]> {
    const { alarms, raised } = createTestAlarms(() => 0);
    const quota = new ReportQuota(quotas, () => 0);
    const judging = { doubts: createDoubtJudge(365), quota, alarms };
    const parts = { store: store.reports, counters, log, unreadable, now: utcNow, ...judging };
    const numbers = { epoch: 11, first: 1, oldest: 1 } as unknown as Report;
    await receiveReport(parts, tag, encodeReport({ ...numbers, entries: entries as readonly Entry[] }));
    return raised;
  }

  const fixesAt = (count: number, aheadS: number, latE7Of: (i: number) => number) =>
    Array.from({ length: count }, (_, i) => ({
      ...{ kind: "fix", lonE7: 75_000_000, accuracyDm: 50 },
      ...{ at: utcNow() - HOUR_S + 60 * i + aheadS, latE7: latE7Of(i) },
    }));
  const still = (): number => 600_000_000;

  it("are told of fixes that jump to and fro", async () => {
    await claimTag(store, "dot" as TagId);
    const jumping = fixesAt(60, 0, (i) => 600_000_000 + (i % 2) * 40_000_000 * (i % 3 === 0 ? 1 : -1));
    expect(await raisedBy("dot" as TagId, jumping)).toEqual(["position-spoofing dot"]);
  });

  it("are told of times ahead of the clock", async () => {
    await claimTag(store, "eve" as TagId);
    expect(await raisedBy("eve" as TagId, fixesAt(30, 86_400, still))).toEqual(["clock-spoofing eve"]);
  });

  it("are told of a quota that is used up", async () => {
    await claimTag(store, "fay" as TagId);
    const quotas = { ...DEFAULT_QUOTAS, entries: { burst: 2, perSecond: 1 } };
    expect(await raisedBy("fay" as TagId, fixesAt(3, 0, still), quotas)).toEqual(["tag-quota fay"]);
  });

  it("are quiet about a few wrong fixes, and about a journal from a drawer", async () => {
    await claimTag(store, "gus" as TagId);
    await claimTag(store, "hal" as TagId);
    const wrongOnes = fixesAt(58, 0, (i) => 600_000_000 + (i % 20 === 7 ? 40_000_000 : 0));
    expect(await raisedBy("gus" as TagId, wrongOnes)).toEqual([]);
    expect(await raisedBy("hal" as TagId, fixesAt(100, -400 * 86_400, still))).toEqual([]);
  });
});

it("a tag whose key is missing is told to come again, which is logged at level 50 and counted", async () => {
  const lost = createTestStore();
  const keys = lost.open();
  await claimTag(keys, ALF);
  await keys.close();
  rmSync(lost.keyRingPath);
  const without = lost.open();
  const lines: string[] = [];
  const errors = createLog("bridge", { write: (line: string) => void lines.push(line) });
  const counted = createBridgeCounters();
  const parts = {
    store: without.reports,
    doubts,
    unreadable,
    quota: new ReportQuota(DEFAULT_QUOTAS, () => 0),
    counters: counted,
    log: errors,
    now: utcNow,
  };
  const entries = [{ kind: "health", dropped: 0, at: utcNow(), batteryPercent: 4, boots: 1 }];
  const report = { epoch: 9, first: 1, oldest: 1, entries } as unknown as Report;
  const ack = decodeAck(await receiveReport(parts, ALF, encodeReport(report)));
  expect(ack).toMatchObject({ ok: true, value: { kind: "refused", reason: "busy", final: false } });
  expect(counted.get("refused", "key-missing")).toBe(1);
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { level: 50, event: "report.key-missing", tag: ALF },
  ]);
  await without.close();
  lost.remove();
});
