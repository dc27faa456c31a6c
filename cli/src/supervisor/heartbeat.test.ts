import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { beforeEach, expect, test } from "vitest";
import { Heartbeat } from "./heartbeat.ts";

const LIMITS = { everyMs: 5_000, silentMs: 30_000 };

let time: ManualTime;
let pings: number;
let silences: number;

beforeEach(() => {
  time = new ManualTime();
  pings = 0;
  silences = 0;
});

function watch(clock = time): Heartbeat {
  return new Heartbeat(
    LIMITS,
    clock,
    () => void pings++,
    () => void silences++,
  );
}

test("asks every 5 s and notices after 30 s without an answer, once", () => {
  watch();
  time.advance(29_999);
  expect([pings, silences]).toEqual([6, 0]);
  time.advance(1);
  expect([silences, time.pending]).toEqual([1, 0]);
});

test("a process that answers late but answers is not silent", () => {
  const heartbeat = watch();
  for (let i = 0; i < 10; i++) {
    time.advance(25_000);
    heartbeat.answered();
  }
  expect(silences).toBe(0);
  heartbeat.stop();
  expect(time.pending).toBe(0);
});

/** A clock that a suspended machine skips, while no timer runs. */
class Suspendable extends ManualTime {
  pausedMs = 0;
  override monotonicMs(): number {
    return super.monotonicMs() + this.pausedMs;
  }
}

test("the machine's own pauses are nobody's silence", () => {
  const clock = new Suspendable();
  watch(clock);
  clock.advance(25_000);
  clock.pausedMs += 3_600_000;
  clock.advance(29_999);
  expect(silences).toBe(0);
  clock.advance(5_001);
  expect(silences).toBe(1);
});

test("ticks that all come late on a loaded machine do not end anybody", () => {
  const clock = new Suspendable();
  watch(clock);
  for (let i = 0; i < 20; i++) {
    clock.pausedMs += 6_000;
    clock.advance(5_000);
  }
  expect(silences).toBe(0);
});
