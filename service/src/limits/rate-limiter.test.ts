import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ManualTime } from "../testing/manual-time.ts";
import { RateLimiter } from "./rate-limiter.ts";
import { createTokenBucket, takeToken } from "./token-bucket.ts";

/** What a finder may report about one tag. */
const REPORTS = { burst: 20, perSecond: 1 / 60 };

function limiterOf(rate: { burst: number; perSecond: number }, maxKeys?: number) {
  const time = new ManualTime();
  return { time, limiter: new RateLimiter(rate, () => time.monotonicMs(), maxKeys) };
}

function exhaust(limiter: RateLimiter, key: string, burst: number): void {
  for (let i = 0; i < burst; i++) expect(limiter.take(key)).toBe(0);
}

test("lets a burst through, then tells how many seconds to wait", () => {
  const { time, limiter } = limiterOf({ burst: 2, perSecond: 0.5 });
  expect([1, 2, 3].map(() => limiter.take("a"))).toEqual([0, 0, 2]);
  time.advance(1_000);
  expect(limiter.take("a")).toBe(1);
  time.advance(1_000);
  expect(limiter.take("a")).toBe(0);
  expect(limiter.take("b")).toBe(0);
});

test("a reset forgets what a key has used", () => {
  const { limiter } = limiterOf({ burst: 2, perSecond: 0.5 });
  exhaust(limiter, "a", 2);
  limiter.reset("a");
  limiter.reset("unknown");
  expect(limiter.take("a")).toBe(0);
  expect(limiter.size).toBe(1);
});

test("an exhausted key stays exhausted whatever 100,000 other keys do", () => {
  const { limiter } = limiterOf(REPORTS);
  exhaust(limiter, "tag X", REPORTS.burst);
  for (let i = 0; i < 100_000; i++) limiter.take(`2001:db8:${i.toString(16)}::/64`);
  expect(limiter.take("tag X")).toBe(60);
  expect(limiter.size).toBeLessThanOrEqual(20_000);
});

test("a key that is used between 65,536 others is counted as if it were alone", () => {
  const { time, limiter } = limiterOf(REPORTS);
  const alone = createTokenBucket();
  for (let i = 0; i < 65_536; i++) {
    limiter.take(`other ${i}`);
    time.advance(1);
    if (i % 1_000 > 0) continue;
    const waitMs = takeToken(alone, REPORTS, time.monotonicMs());
    expect(limiter.take("tag X")).toBe(Math.ceil(waitMs / 1_000));
  }
});

test("full buckets go first: they cost nothing", () => {
  const { time, limiter } = limiterOf({ burst: 2, perSecond: 0.1 }, 100);
  for (let i = 0; i < 50; i++) limiter.take(`old ${i}`);
  time.advance(10_000);
  exhaust(limiter, "used", 2);
  for (let i = 0; i < 99; i++) expect(limiter.take(`new ${i}`)).toBe(0);
  expect(limiter.take("used")).toBe(10);
  for (let i = 0; i < 99; i++) expect(limiter.take(`new ${i}`)).toBe(0);
});

test("when all keys are exhausted, a new one is refused until the first of them has a token again", () => {
  const { time, limiter } = limiterOf({ burst: 2, perSecond: 0.1 }, 100);
  for (let i = 0; i < 100; i++) exhaust(limiter, `key ${i}`, 2);
  // Nothing was forgotten before, so the first new key is known to have used nothing.
  limiter.take("new");
  expect(limiter.take("newer")).toBe(10);
  time.advance(10_000);
  expect(limiter.take("newer")).toBe(0);
});

test("memory shrinks when a flood is over", () => {
  const { time, limiter } = limiterOf({ burst: 2, perSecond: 1 });
  for (let i = 0; i < 20_000; i++) limiter.take(`flood ${i}`);
  time.advance(60_000);
  for (let i = 0; i < 20_000; i++) {
    limiter.take(`calm ${i}`);
    time.advance(1_000);
  }
  expect(limiter.size).toBeLessThan(100);
});

const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.constantFrom(0, 0, 0, 1, 1_000, 6_000)), {
  minLength: 20,
  maxLength: 60,
  size: "max",
});

test("never gives a key more than a limiter without bounds would", () => {
  fc.assert(
    fc.property(steps, (asked) => {
      const rate = { burst: 3, perSecond: 0.2 };
      const { time, limiter } = limiterOf(rate, 3);
      const unbounded = new Map<number, { fullAtMs: number }>();
      for (const [key, pauseMs] of asked) {
        time.advance(pauseMs);
        const bucket = unbounded.get(key) ?? createTokenBucket();
        unbounded.set(key, bucket);
        // What the bounded one refuses is not counted in the other either.
        if (limiter.take(String(key)) === 0) expect(takeToken(bucket, rate, time.monotonicMs())).toBe(0);
        expect(limiter.size).toBeLessThanOrEqual(3);
      }
    }),
    { numRuns: 1_000 },
  );
});
