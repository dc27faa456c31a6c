import { expect, it } from "vitest";
import { createTokenBucket, takeToken } from "./token-bucket.ts";

const RATE = { burst: 3, perSecond: 10 };

it("allows the burst, then says how long to wait", () => {
  const bucket = createTokenBucket(RATE, 0);
  expect([0, 0, 0, 0].map((nowMs) => takeToken(bucket, RATE, nowMs))).toEqual([0, 0, 0, 100]);
});

it("fills at its rate and never above the burst", () => {
  const bucket = createTokenBucket(RATE, 0);
  for (let i = 0; i < 3; i++) takeToken(bucket, RATE, 0);
  expect(takeToken(bucket, RATE, 99)).toBeGreaterThan(0);
  expect(takeToken(bucket, RATE, 100)).toBe(0);
  expect([1, 2, 3, 4].map(() => takeToken(bucket, RATE, 1_000_000))).toEqual([0, 0, 0, 100]);
});
