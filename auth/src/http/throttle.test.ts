import { expect, test } from "vitest";
import { Throttle } from "./throttle.ts";

function throttleAt(clock: { ms: number }, maxKeys?: number): Throttle {
  return new Throttle({ burst: 3, refillS: 10 }, () => clock.ms, maxKeys);
}

test("lets a burst through, then one every refill, and says how long to wait", () => {
  const clock = { ms: 0 };
  const throttle = throttleAt(clock);
  expect([1, 2, 3, 4].map(() => throttle.take("a"))).toEqual([0, 0, 0, 10]);
  clock.ms = 4_000;
  expect(throttle.take("a")).toBe(6);
  clock.ms = 10_000;
  expect([throttle.take("a"), throttle.take("a")]).toEqual([0, 10]);
  expect(throttle.take("b")).toBe(0);
});

test("saves no more than a burst", () => {
  const clock = { ms: 0 };
  const throttle = throttleAt(clock);
  throttle.take("a");
  clock.ms = 1e9;
  expect([1, 2, 3, 4].map(() => throttle.take("a"))).toEqual([0, 0, 0, 10]);
});

test("remembers a bounded number of keys and forgets the one used longest ago", () => {
  const clock = { ms: 0 };
  const throttle = throttleAt(clock, 2);
  for (const key of ["a", "a", "a", "b", "b", "b", "a", "c"]) throttle.take(key);
  expect(throttle.size).toBe(2);
  expect(throttle.take("a")).toBeGreaterThan(0);
  expect(throttle.take("b")).toBe(0);
});

test("forgets a key when told", () => {
  const throttle = throttleAt({ ms: 0 });
  for (let i = 0; i < 4; i++) throttle.take("a");
  throttle.reset("a");
  expect(throttle.take("a")).toBe(0);
});
