import { expect, test } from "vitest";
import { ManualTime } from "../testing/manual-time.ts";
import { ClockTrust, UNDISPUTED_MS, type DoubtedClock } from "./clock-trust.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW_MS = Date.parse("2026-11-30T12:00:00Z");

function opened(lastMs?: number, doubted?: DoubtedClock): { time: ManualTime; trust: ClockTrust } {
  const time = new ManualTime(NOW_MS);
  return { time, trust: new ClockTrust({ time, lastMs, doubted }) };
}

/** One that has run for an hour: no time server sets it any more. */
function running(): ReturnType<typeof opened> {
  const clock = opened(NOW_MS);
  run(clock, HOUR_MS);
  return clock;
}

function run({ time, trust }: ReturnType<typeof opened>, ms: number): void {
  for (let leftMs = ms; leftMs > 0; leftMs -= HOUR_MS) {
    time.advance(Math.min(leftMs, HOUR_MS));
    trust.look();
  }
}

test("a new installation trusts its clock", () => {
  expect(opened().trust.isTrusted()).toBe(true);
});

test.each([
  ["a second", 1_000],
  ["a night", 11 * HOUR_MS],
])("a service that was off for %s trusts its clock", (_name, offMs) => {
  expect(opened(NOW_MS - offMs).trust.isTrusted()).toBe(true);
});

test.each([
  ["a day", -DAY_MS, "long-stop"],
  ["a season", -92 * DAY_MS, "long-stop"],
  ["more than a season", -92 * DAY_MS - 1, "ahead-at-start"],
  ["400 days", -400 * DAY_MS, "ahead-at-start"],
  ["an hour back", HOUR_MS, "behind-at-start"],
  ["two years back", 730 * DAY_MS, "behind-at-start"],
  ["since 1970", NOW_MS * 2, "behind-at-start"],
])("%s from the last trusted time is not trusted for 24 h of running", (_name, lastMs, doubt) => {
  const clock = opened(NOW_MS + lastMs);
  expect(clock.trust.look()).toBe(doubt);
  run(clock, UNDISPUTED_MS - 1);
  expect(clock.trust.isTrusted()).toBe(false);
  run(clock, 1);
  expect(clock.trust.isTrusted()).toBe(true);
});

test.each([DAY_MS, 400 * DAY_MS, -2 * 365 * DAY_MS, -NOW_MS, 121_000, -121_000])(
  "a step by %s ms while running is noticed at once, and over when the clock is back",
  (stepMs) => {
    const { time, trust } = running();
    time.setUtcMs(time.utcMs() + stepMs);
    expect(trust.look()).toBe("jumped");
    time.advance(7_000);
    expect(trust.isTrusted()).toBe(false);
    time.setUtcMs(time.utcMs() - stepMs);
    expect(trust.isTrusted()).toBe(true);
  },
);

test("a clock that was wrong at start is trusted when it comes to where it should be", () => {
  const { time, trust } = opened(NOW_MS - 400 * DAY_MS);
  expect(trust.isTrusted()).toBe(false);
  time.setUtcMs(NOW_MS - 400 * DAY_MS + HOUR_MS);
  expect(trust.isTrusted()).toBe(true);
});

test("each further step begins the 24 h anew", () => {
  const clock = opened(NOW_MS);
  clock.time.setUtcMs(NOW_MS + 400 * DAY_MS);
  run(clock, 20 * HOUR_MS);
  clock.time.setUtcMs(NOW_MS + 500 * DAY_MS);
  clock.trust.look();
  run(clock, 20 * HOUR_MS);
  expect(clock.trust.look()).toBe("jumped");
  run(clock, 4 * HOUR_MS);
  expect(clock.trust.isTrusted()).toBe(true);
});

test("what a time server slews is no step", () => {
  const { time, trust } = opened(NOW_MS);
  for (let hour = 0; hour < 48; hour++) {
    time.advance(HOUR_MS);
    time.setUtcMs(time.utcMs() + 1_800);
    expect(trust.isTrusted()).toBe(true);
  }
});

test("three tags that agree restore trust; one tag thrice does not", () => {
  const { time, trust } = opened(NOW_MS - 30 * DAY_MS);
  for (let times = 0; times < 3; times++) trust.heard("a", time.utcMs());
  trust.heard("b", time.utcMs() - 60_000);
  expect(trust.look()).toBe("long-stop");
  trust.heard("c", time.utcMs() - 300_000);
  expect(trust.isTrusted()).toBe(true);
});

test("late reports say nothing", () => {
  const { time, trust } = opened(NOW_MS - 30 * DAY_MS);
  for (const tag of ["a", "b", "c", "d"]) trust.heard(tag, time.utcMs() - 30 * DAY_MS);
  expect(trust.isTrusted()).toBe(false);
});

test("two tags that are ahead show that the clock is behind; one does not, nor two among more that agree", () => {
  const { time, trust } = opened(NOW_MS);
  for (let times = 0; times < 3; times++) trust.heard("a", time.utcMs() + DAY_MS);
  expect(trust.isTrusted()).toBe(true);
  for (const tag of ["x", "y", "z"]) trust.heard(tag, time.utcMs());
  trust.heard("b", time.utcMs() + DAY_MS);
  expect(trust.isTrusted()).toBe(true);
  for (const tag of ["c", "d"]) trust.heard(tag, time.utcMs() + DAY_MS);
  expect(trust.look()).toBe("tags-disagree");
});

test("after a step only what was said of the new time counts", () => {
  const { time, trust } = opened(NOW_MS);
  for (const tag of ["a", "b", "c"]) trust.heard(tag, time.utcMs());
  time.setUtcMs(NOW_MS + 400 * DAY_MS);
  trust.heard("a", NOW_MS);
  expect(trust.isTrusted()).toBe(false);
});

test("a plausible stop is enough for what a right clock undoes, and no other doubt is", () => {
  expect(opened(NOW_MS - 3 * DAY_MS).trust.isPlausible()).toBe(true);
  expect(opened(NOW_MS).trust.isPlausible()).toBe(true);
  expect(opened(NOW_MS - 400 * DAY_MS).trust.isPlausible()).toBe(false);
  expect(opened(NOW_MS + DAY_MS).trust.isPlausible()).toBe(false);
});

test("tags that are ahead are evidence against a plausible stop", () => {
  const { time, trust } = opened(NOW_MS - 3 * DAY_MS);
  for (const tag of ["a", "b"]) trust.heard(tag, time.utcMs() + DAY_MS);
  expect(trust.look()).toBe("tags-disagree");
});

test.each([
  ["its last time", NOW_MS],
  ["1970", 0],
])("a machine that begins with %s and is set to two days later after its start was off", (_name, beginMs) => {
  const time = new ManualTime(beginMs);
  const trust = new ClockTrust({ time, lastMs: NOW_MS });
  time.advance(60_000);
  trust.look();
  time.setUtcMs(NOW_MS + 2 * DAY_MS);
  expect(trust.look()).toBe("long-stop");
  time.setUtcMs(NOW_MS + 400 * DAY_MS);
  expect(trust.look()).toBe("jumped");
});

test("undisputed running goes on over a restart, and begins anew on another clock or after a step", () => {
  const lastMs = NOW_MS - 400 * DAY_MS;
  const undisputedMs = 20 * HOUR_MS;
  const goesOn = (utcMs: number): boolean => {
    const clock = opened(lastMs, { utcMs, undisputedMs });
    expect(clock.trust.isTrusted()).toBe(false);
    run(clock, 4 * HOUR_MS);
    return clock.trust.isTrusted();
  };
  expect(goesOn(NOW_MS - 60_000)).toBe(true);
  expect(goesOn(NOW_MS - 3 * DAY_MS)).toBe(true);
  expect(goesOn(NOW_MS + HOUR_MS)).toBe(false);
  expect(goesOn(NOW_MS - 100 * DAY_MS)).toBe(false);
  const stepped = opened(lastMs, { utcMs: NOW_MS, undisputedMs });
  stepped.time.setUtcMs(NOW_MS + 30 * DAY_MS);
  expect(stepped.trust.doubted).toMatchObject({ undisputedMs });
  stepped.trust.look();
  expect(stepped.trust.doubted).toEqual({ utcMs: NOW_MS + 30 * DAY_MS, undisputedMs: 0 });
});

test("nothing is kept of a clock that is trusted", () => {
  expect(opened(NOW_MS).trust.doubted).toBeUndefined();
});
