import { expect, it } from "vitest";
import { nowhere, type Whereabouts } from "./life.ts";
import { RecordedLife } from "./recorded-life.ts";
import { TrackBuilder } from "../tracks/track.ts";

function whereabouts(times: readonly number[]): Whereabouts[] {
  const builder = new TrackBuilder("x");
  builder.add(1_000, 50, 7, NaN, false);
  builder.add(1_100, 50.001, 7, NaN, false);
  builder.add(1_150, 60, 9, NaN, true);
  builder.add(11_100, 50.002, 7, NaN, false);
  const life = new RecordedLife(builder.track());
  return times.map((time) => {
    const truth = nowhere();
    life.at(time, truth);
    return truth;
  });
}

it("walks between near fixes, leaves outliers out, and knows no sky in long gaps", () => {
  const [start, middle, after, gap, before, end] = whereabouts([900, 1_050, 1_200, 5_000, 11_000, 99_999]);
  expect(start).toMatchObject({ latDegrees: 50, sky: "open" });
  expect(middle?.latDegrees).toBeCloseTo(50.0005, 9);
  expect(middle?.speedMS).toBeCloseTo(1.11, 2);
  expect(after).toMatchObject({ latDegrees: 50.001, sky: "open" });
  expect(gap).toMatchObject({ latDegrees: 50.001, sky: "none" });
  expect(before).toMatchObject({ latDegrees: 50.002, sky: "open" });
  expect(end).toMatchObject({ latDegrees: 50.002, sky: "open", speedMS: 0 });
});

it("is at a fix at the moment of the fix", () => {
  const [first, second] = whereabouts([1_000, 1_100]);
  expect(first?.latDegrees).toBe(50);
  expect(second?.latDegrees).toBe(50.001);
});
