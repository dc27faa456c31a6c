import { expect, it } from "vitest";
import { Rig } from "./testing/tag-rig.ts";

/** Percents of the health entries after `course`, which the gauge shows in turn, ten minutes each. */
function noted(course: readonly number[]): number[] {
  const rig = new Rig();
  rig.battery = course[0] ?? 0;
  rig.firmware.start();
  rig.connect();
  rig.pass(60);
  for (const percent of course) {
    rig.battery = percent;
    rig.pass(600);
  }
  const entries = [...rig.cloud.stored].sort(([a], [b]) => a - b).map(([, entry]) => entry);
  return entries.flatMap((entry) => (entry.kind === "health" ? [entry.batteryPercent] : []));
}

it("a battery that was charged is recorded again, and when it is full", () => {
  expect(noted([4, 4, 40, 80, 97, 99, 100, 100])).toEqual([4, 4, 40, 80, 97, 100]);
});

it("a gauge that wanders, or a battery that runs down, is not", () => {
  expect(noted([50, 53, 50, 54, 49, 52, 48, 45, 40])).toEqual([50, 50]);
});

it("a full battery whose gauge goes to and fro is recorded once", () => {
  expect(noted([99, 100, 99, 100, 99, 100])).toEqual([99, 99, 100]);
});
