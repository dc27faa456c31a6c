import { expect, test } from "vitest";
import { createLog } from "../log/log.ts";
import { Metrics } from "../metrics/metrics.ts";
import { ManualTime } from "../testing/manual-time.ts";
import { watchClock, type ClockRecord } from "./watch-clock.ts";

const DAY_MS = 86_400_000;

async function watched(lastS?: number) {
  const time = new ManualTime();
  const lines: string[] = [];
  const metrics = new Metrics("example");
  const kept: number[] = [];
  const record: ClockRecord = {
    lastTrusted: () => Promise.resolve(lastS),
    keepTrusted: (utcS) => Promise.resolve(void kept.push(utcS)),
  };
  const log = createLog("example", { write: (line) => void lines.push(line) });
  const clock = await watchClock({ time, log, metrics, record });
  const events = (): unknown[] => lines.map((line) => (JSON.parse(line) as { event: string }).event);
  return { time, clock, kept, events, metrics };
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
