import { describe, expect, it } from "vitest";
import { TicksClock } from "./ticks-clock.ts";

function make(ticks: number): { clock: TicksClock; at: (ticks: number) => void; set: number[] } {
  const set: number[] = [];
  let now = ticks;
  const clock = new TicksClock(
    () => now,
    (utcS) => set.push(utcS),
  );
  return { clock, at: (next) => (now = next), set };
}

describe("a clock of ticks", () => {
  it.each([
    ["unsigned", 4_294_967_000, 704],
    ["signed", 2_147_483_600, -2_147_483_648 + 952],
  ])("goes on when %s ticks begin again", (_, before, after) => {
    const { clock, at } = make(before);
    expect(clock.monotonicMs()).toBe(0);
    at(after);
    expect(clock.monotonicMs()).toBe(1_000);
  });

  it("knows no time until it is set, and sets the system's once", () => {
    const { clock, at, set } = make(5_000);
    expect(clock.utcS()).toBe(0);
    clock.setUtcS(1_795_262_400);
    at(65_000);
    expect(clock.utcS()).toBe(1_795_262_460);
    clock.setUtcS(1_795_262_460);
    expect(set).toEqual([1_795_262_400]);
  });
});
