import { expect, test } from "vitest";
import { CountedKeys } from "./counted-keys.ts";

function start(threshold: number) {
  const forgotten = { count: 0 };
  const counted = new CountedKeys({ threshold, windowMs: 1_000, onForgotten: () => forgotten.count++ });
  return { counted, forgotten };
}

test("the window slides: an event counts for exactly so long", () => {
  const { counted } = start(3);
  expect([0, 500, 1_000].map((atMs) => counted.count("a", undefined, atMs))).toEqual([false, false, false]);
  expect(counted.count("a", undefined, 1_499)).toBe(true);
});

test("an object counts once, and again from when it was seen last", () => {
  const { counted } = start(3);
  const seen = [...["x", "x", "x", "y", "x"].entries()].map(([i, what]) => counted.count("a", what, i));
  expect(seen).toEqual([false, false, false, false, false]);
  expect(counted.count("a", "z", 900)).toBe(true);
});

test("a key begins anew when it has reached the threshold", () => {
  const { counted } = start(2);
  expect([0, 1, 2, 3].map((atMs) => counted.count("a", undefined, atMs))).toEqual([false, true, false, true]);
  expect(counted.size).toBe(0);
});

test("objects that differ only far behind are one, so that long ones take no room", () => {
  const { counted } = start(2);
  const long = "x".repeat(1_000);
  expect(counted.count("a", `${long}1`, 0)).toBe(false);
  expect(counted.count("a", `${long}2`, 0)).toBe(false);
});

test.each([2, 20, 200])("with a threshold of %i a flood of keys keeps within its room", (threshold) => {
  const { counted, forgotten } = start(threshold);
  for (let i = 0; i < 60_000; i++) {
    counted.count(`key ${i}`, undefined, 0);
    if (threshold > 2) counted.count(`key ${i}`, undefined, 0);
  }
  expect(counted.size).toBeLessThanOrEqual(10_000 + 50_000 / threshold);
  expect(forgotten.count).toBeGreaterThan(0);
});
