import { expect, test } from "vitest";
import { ManualTime } from "./manual-time.ts";

test("runs what is due in the order in which it is due, each at its own time", () => {
  const time = new ManualTime(5_000);
  const ran: string[] = [];
  const note = (name: string) => (): void => void ran.push(`${name}@${time.monotonicMs()}/${time.utcMs()}`);
  time.after(30, note("late"));
  time.every(10, note("every"));
  time.after(10, note("second at 10"));
  time.advance(30);
  expect(ran).toEqual([
    "every@10/5010",
    "second at 10@10/5010",
    "every@20/5020",
    "late@30/5030",
    "every@30/5030",
  ]);
});

test("runs what a timer asks for while time passes", () => {
  const time = new ManualTime();
  const at: number[] = [];
  time.after(10, () => time.after(10, () => at.push(time.monotonicMs())));
  time.advance(100);
  expect([at, time.monotonicMs()]).toEqual([[20], 100]);
});

test("forgets what was taken back, also by another timer of the same moment", () => {
  const time = new ManualTime();
  let fired = 0;
  const later: (() => void)[] = [];
  time.after(10, () => later.forEach((cancel) => cancel()));
  later.push(time.after(10, () => (fired += 1)));
  time.advance(20);
  expect([fired, time.pending]).toEqual([0, 0]);
});

test("in turns, promises go on between timers", async () => {
  const time = new ManualTime();
  const ran: string[] = [];
  time.after(1, () => void Promise.resolve().then(() => ran.push("promise")));
  time.after(2, () => ran.push("timer"));
  await time.advanceInTurns(2);
  expect(ran).toEqual(["promise", "timer"]);
});

test("a jump of UTC moves no timer", () => {
  const time = new ManualTime(1_500);
  let fired = false;
  time.after(10, () => (fired = true));
  time.setUtcMs(9_999_999);
  expect([fired, time.utcS(), time.monotonicMs()]).toEqual([false, 9_999, 0]);
});

test.each([-1, Number.NaN, Infinity])("refuses to wait for %s ms", (ms) => {
  const time = new ManualTime();
  expect(() => time.after(ms, () => undefined)).toThrow(RangeError);
  expect(() => time.every(ms, () => undefined)).toThrow(RangeError);
});
