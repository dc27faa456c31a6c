import { expect, test } from "vitest";
import { ReadTurns } from "./read-turns.ts";

/** Readers who use up their slices at once; gives the order in which their slices ran. */
async function orderOf(readers: readonly number[], slices: number): Promise<number[]> {
  let nowMs = 0;
  const turns = new ReadTurns(() => nowMs);
  const order: number[] = [];
  const read = async (reader: number): Promise<void> => {
    const slice = await turns.begin(reader);
    for (let i = 0; i < slices; i++) {
      order.push(reader);
      nowMs += 10;
      await slice.pause();
    }
  };
  await Promise.all(readers.map(read));
  return order;
}

test("a reader with a slice left goes on at once", async () => {
  const turns = new ReadTurns(() => 0);
  const slice = await turns.begin(1);
  expect(slice.pause()).toBeUndefined();
});

test("readers take turns, and who reads several times over gets no more than who reads once", async () => {
  const order = await orderOf([1, 1, 1, 1, 2], 4);
  const second = order.map((reader, place) => (reader === 2 ? place : -1)).filter((place) => place >= 0);
  expect(second).toHaveLength(4);
  // Its first slice comes in the order of the calls, each later one after one slice of the other at most.
  expect((second[3] ?? 0) - (second[0] ?? 0)).toBeLessThanOrEqual(2 * 3 + 1);
});

test("other work gets in between any two slices", async () => {
  let isReading = true;
  let turnsOfOthers = 0;
  const others = (): void => {
    turnsOfOthers++;
    if (isReading) setImmediate(others);
  };
  setImmediate(others);
  const slices = (await orderOf([1, 2, 3], 20)).length;
  isReading = false;
  expect(slices).toBe(60);
  expect(turnsOfOthers).toBeGreaterThanOrEqual(50);
});
