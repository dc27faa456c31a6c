import { expect, test } from "vitest";
import { ManualTime } from "../testing/manual-time.ts";
import { sleep } from "./sleep.ts";

test("says that the time has passed", async () => {
  const time = new ManualTime();
  const slept = sleep(time, 10, new AbortController().signal);
  time.advance(10);
  expect(await slept).toBe(true);
});

test("says that it was broken off, and leaves no timer", async () => {
  const time = new ManualTime();
  const stop = new AbortController();
  const slept = sleep(time, 10, stop.signal);
  stop.abort();
  expect([await slept, time.pending]).toEqual([false, 0]);
  expect(await sleep(time, 10, stop.signal)).toBe(false);
});
