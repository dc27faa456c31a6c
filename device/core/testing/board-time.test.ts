import { afterEach, expect, it } from "vitest";
import { BoardTime } from "./board-time.ts";

let time: BoardTime;
afterEach(() => time.stop());

/** A device's second takes a millisecond. */
function passed(ms: number): Promise<void> {
  return new Promise((resolve) => time.after(ms, resolve));
}

/** The machine is busy with something else. */
function beBusy(ms: number): void {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt);
}

it("calls in the order of its own time, however late the machine is", async () => {
  time = new BoardTime(1);
  const called: string[] = [];
  const note = (name: string) => () => called.push(`${name} ${time.nowMs}`);
  time.after(3_000, note("c"));
  time.after(1_000, () => {
    note("a")();
    time.after(500, note("b"));
  });
  beBusy(20);
  await passed(4_000);
  expect(called).toEqual(["a 1000", "b 1500", "c 3000"]);
});

it("stands while the machine is busy", async () => {
  time = new BoardTime(1);
  await passed(1_000);
  const before = time.nowMs;
  beBusy(20);
  expect(time.nowMs).toBe(before);
});

it("calls what came due in a sleep once it is over, in order", async () => {
  time = new BoardTime(1);
  const called: number[] = [];
  for (const ms of [4_000, 2_000, 50_000]) time.after(ms, () => called.push(ms));
  time.sleep(10_000);
  await passed(0);
  expect(called).toEqual([2_000, 4_000]);
});

it("repeats until it is ended, also from within", async () => {
  time = new BoardTime(1);
  const called: number[] = [];
  const end = time.every(1_000, () => {
    called.push(time.nowMs);
    if (called.length === 3) end();
  });
  await passed(6_000);
  expect(called).toEqual([1_000, 2_000, 3_000]);
});

it("calls nothing that was cancelled, and nothing at all once it is stopped", async () => {
  time = new BoardTime(1);
  const called: string[] = [];
  const cancel = time.after(1_000, () => called.push("cancelled"));
  cancel();
  await passed(2_000);
  time.after(1_000, () => time.stop());
  time.after(1_000, () => called.push("stopped"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(called).toEqual([]);
});
