import { expect, test } from "vitest";
import { createLog } from "../log/log.ts";
import { Metrics } from "../metrics/metrics.ts";
import { ManualTime } from "../testing/manual-time.ts";
import { watchClock, type ClockRecord, type DoubtedSeconds } from "./watch-clock.ts";

const DAY_MS = 86_400_000;

async function watched(lastS?: number, doubted?: DoubtedSeconds) {
  const time = new ManualTime();
  const lines: string[] = [];
  const metrics = new Metrics("example");
  const kept: number[] = [];
  const doubts: DoubtedSeconds[] = [];
  const faults: { code?: string | undefined } = {};
  const failing = (): Promise<never> => Promise.reject(Object.assign(new Error(), faults));
  const record: ClockRecord = {
    lastTrusted: () => Promise.resolve(lastS),
    lastDoubted: () => Promise.resolve(doubted),
    keepDoubted: (now) => Promise.resolve(void doubts.push(now)),
    keepTrusted: (utcS) => (faults.code === undefined ? Promise.resolve(void kept.push(utcS)) : failing()),
  };
  const log = createLog("example", { write: (line) => void lines.push(line) });
  const clock = await watchClock({ time, log, metrics, record });
  const events = (): unknown[] => lines.map((line) => (JSON.parse(line) as { event: string }).event);
  return { time, clock, kept, doubts, faults, events, metrics };
}

test("keeps trusted times each minute, and none that is not trusted", async () => {
  const { time, clock, kept } = await watched();
  const beginS = time.utcS();
  await time.advanceInTurns(120_000);
  time.setUtcMs(time.utcMs() + 400 * DAY_MS);
  await time.advanceInTurns(600_000);
  await clock.close();
  expect(kept).toEqual([beginS, beginS + 60, beginS + 120]);
  expect(time.pending).toBe(0);
});

test("says once that the clock is not trusted, in log, metric and readiness, and once that it is again", async () => {
  const { time, clock, events, metrics } = await watched();
  time.setUtcMs(time.utcMs() + 400 * DAY_MS);
  await time.advanceInTurns(600_000);
  expect(events()).toEqual(["clock.distrusted"]);
  expect((await metrics.text()).text).toContain("purrimeter_example_clock_trusted 0");
  expect(await clock.check.check()).toEqual({ ok: false, detail: "not trusted: jumped" });
  time.setUtcMs(time.utcMs() - 400 * DAY_MS);
  await time.advanceInTurns(600_000);
  expect(events()).toEqual(["clock.distrusted", "clock.trusted"]);
  expect((await metrics.text()).text).toContain("purrimeter_example_clock_trusted 1");
  expect(await clock.check.check()).toEqual({ ok: true, detail: "trusted" });
});

test("after a long stop nothing is unwell, and log and metric say that the clock is not trusted", async () => {
  const { clock, events, metrics } = await watched(new ManualTime().utcS() - 3 * 86_400);
  expect(events()).toEqual(["clock.unconfirmed"]);
  expect((await metrics.text()).text).toContain("purrimeter_example_clock_trusted 0");
  expect(await clock.check.check()).toMatchObject({ ok: true });
  expect(clock.trust.isTrusted()).toBe(false);
});

test("a service that is restarted every 20 h trusts its clock after 24 h of running", async () => {
  const lastS = new ManualTime().utcS() - 400 * 86_400;
  const first = await watched(lastS);
  await first.time.advanceInTurns(20 * 3_600_000);
  await first.clock.close();
  const beginS = new ManualTime().utcS();
  expect(first.doubts.at(-1)).toEqual({ utcS: beginS + 20 * 3_600, undisputedS: 20 * 3_600 });
  const { utcS } = first.doubts.at(-1)!;
  const second = await watched(lastS, { utcS: utcS - 20 * 3_600, undisputedS: 20 * 3_600 });
  await second.time.advanceInTurns(3 * 3_600_000);
  expect(second.clock.trust.isTrusted()).toBe(false);
  await second.time.advanceInTurns(3_600_000);
  expect(second.clock.trust.isTrusted()).toBe(true);
});

test("a database that takes no commit is not well until it takes one again", async () => {
  const { time, clock, faults, events } = await watched();
  expect(await clock.commits.check()).toEqual({ ok: true, detail: "can be written" });
  faults.code = "SQLITE_READONLY";
  await time.advanceInTurns(60_000);
  expect(await clock.commits.check()).toEqual({ ok: false, detail: "failed: SQLITE_READONLY" });
  expect(events()).toEqual(["clock.fault"]);
  faults.code = undefined;
  await time.advanceInTurns(60_000);
  expect(await clock.commits.check()).toMatchObject({ ok: true });
});
