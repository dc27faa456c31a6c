import { expect, test } from "vitest";
import { ManualTime } from "../testing/manual-time.ts";
import { backOffMs } from "./back-off.ts";
import { repeatUntil } from "./repeat-until.ts";

const BACK_OFF = { firstMs: 100, longestMs: 350 };

test("waits twice as long after each failure in a row, up to the longest", () => {
  expect([1, 2, 3, 100, 2_000].map((failures) => backOffMs(BACK_OFF, failures))).toEqual([
    100, 200, 350, 350, 350,
  ]);
});

test("attempts until the signal, and begins with the shortest wait after a success", async () => {
  const time = new ManualTime();
  const stop = new AbortController();
  const outcomes = ["failed", "failed", 1_000, "failed", "failed", 0, 0] as const;
  const at: number[] = [];
  const attempt = (): Promise<number | "failed"> => {
    const outcome = outcomes[at.push(time.monotonicMs()) - 1];
    return outcome === undefined ? new Promise(() => undefined) : Promise.resolve(outcome);
  };
  void repeatUntil(stop.signal, { time, backOff: BACK_OFF, attempt });
  await time.advanceInTurns(10_000);
  expect(at).toEqual([0, 100, 300, 1_300, 1_400, 1_600, 1_600, 1_600]);
});

test("ends in the middle of a wait", async () => {
  const time = new ManualTime();
  const stop = new AbortController();
  const attempt = (): Promise<"failed"> => Promise.resolve("failed");
  const ended = repeatUntil(stop.signal, { time, backOff: BACK_OFF, attempt });
  await time.advanceInTurns(50);
  stop.abort();
  await ended;
  expect(time.pending).toBe(0);
});

test("rejects with what an attempt throws", async () => {
  const attempt = (): Promise<number> => Promise.reject(new Error("our own fault"));
  const { signal } = new AbortController();
  await expect(repeatUntil(signal, { time: new ManualTime(), backOff: BACK_OFF, attempt })).rejects.toThrow(
    "our own fault",
  );
});
