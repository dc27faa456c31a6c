import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { beforeEach, expect, it } from "vitest";
import { createIdleQueue } from "./idle-queue.ts";

let time: ManualTime;

beforeEach(() => {
  time = new ManualTime();
});

it("runs nothing before the turn ends, and then all in order", () => {
  const queue = createIdleQueue(time);
  const done: number[] = [];
  for (const i of [1, 2, 3]) queue.defer(() => done.push(i));
  expect(done).toEqual([]);
  time.advance(20);
  expect(done).toEqual([1, 2, 3]);
});

it("runs one piece in 250 ms while something must not wait, also when that fails", async () => {
  const queue = createIdleQueue(time);
  const done: number[] = [];
  let fail: (error: Error) => void = () => undefined;
  const pending = queue.busyWith(new Promise<void>((_, reject) => (fail = reject)));
  for (const i of [1, 2, 3, 4]) queue.defer(() => done.push(i));
  time.advance(249);
  expect(done).toEqual([]);
  time.advance(252);
  expect(done).toEqual([1, 2]);
  fail(new Error("refused"));
  await expect(pending).rejects.toThrow("refused");
  time.advance(260);
  expect(done).toEqual([1, 2, 3, 4]);
});
