import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createTokenBucket, takeToken } from "./token-bucket.ts";

const RATE = { burst: 3, perSecond: 2 };

it("gives a burst, then one token each half second", () => {
  const bucket = createTokenBucket();
  expect([1, 2, 3, 4].map(() => takeToken(bucket, RATE, 1_000))).toEqual([0, 0, 0, 500]);
  expect(takeToken(bucket, RATE, 1_400)).toBe(100);
  expect(takeToken(bucket, RATE, 1_500)).toBe(0);
  expect(takeToken(bucket, RATE, 1_500)).toBe(500);
});

it("is full after a while, and never more than full", () => {
  const bucket = createTokenBucket();
  for (let i = 0; i < 3; i++) takeToken(bucket, RATE, 0);
  expect([1, 2, 3, 4].map(() => takeToken(bucket, RATE, 1_000_000))).toEqual([0, 0, 0, 500]);
});

const rate = fc.record({
  burst: fc.integer({ min: 1, max: 50 }),
  perSecond: fc.double({ min: 0.001, max: 1_000, noNaN: true }),
});

it("never gives more than the burst and the rate together, and what it tells to wait is enough", () => {
  fc.assert(
    fc.property(
      rate,
      fc.array(fc.integer({ min: 0, max: 10_000 }), { maxLength: 200 }),
      (asked, pausesMs) => {
        const bucket = createTokenBucket();
        let nowMs = 0;
        let given = 0;
        for (const pauseMs of pausesMs) {
          nowMs += pauseMs;
          const waitMs = takeToken(bucket, asked, nowMs);
          if (waitMs > 0) {
            nowMs += waitMs;
            expect(takeToken(bucket, asked, nowMs)).toBe(0);
          }
          given += 1;
          expect(given).toBeLessThanOrEqual(asked.burst + (nowMs * asked.perSecond) / 1_000 + 0.01);
        }
      },
    ),
  );
});
