import { expect, test } from "vitest";
import { HourCounts, hourOf } from "./hour-counts.ts";

test("counts within an hour, and ends what fits once it is recorded", () => {
  const counts = new HourCounts<string>();
  const hour = hourOf(7_200);
  for (const key of ["a", "a", "b"]) counts.note(key, hour, key);
  expect([counts.times("a", hour), counts.times("a", hour + 1), counts.times("c", hour)]).toEqual([2, 0, 0]);
  const inFirst = ({ hour: one }: { hour: number }): boolean => one === hour;
  expect(() => {
    counts.end(inFirst, () => {
      throw new Error("full");
    });
  }).toThrow("full");
  const ended: unknown[] = [];
  counts.end(inFirst, (all) => void ended.push(...all));
  expect(ended).toEqual([
    { what: "a", hour, count: 2 },
    { what: "b", hour, count: 1 },
  ]);
  counts.end(inFirst, () => expect.unreachable());
  expect(counts.times("a", hour)).toBe(0);
});

test("says when it is full, so that hours end early under a flood", () => {
  const counts = new HourCounts<number>();
  for (let i = 0; !counts.isFull; i++) counts.note(String(i), 1, i);
  expect(counts.times("9999", 1)).toBe(1);
  counts.end(
    () => true,
    (all) => void expect(all).toHaveLength(10_000),
  );
  expect(counts.isFull).toBe(false);
});
