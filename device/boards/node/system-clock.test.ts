import { expect, it } from "vitest";
import { SystemClock } from "./system-clock.ts";

it("gives UTC of the machine until the receiver knows better, and goes on from there", () => {
  let wallMs = 1_000_999;
  const clock = new SystemClock(
    () => wallMs,
    () => 5,
  );
  expect([clock.utcS(), clock.monotonicMs()]).toEqual([1_000, 5]);
  clock.setUtcS(2_000);
  expect(clock.utcS()).toBe(2_000);
  wallMs += 10_000;
  expect(clock.utcS()).toBe(2_010);
});
