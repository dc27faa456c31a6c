import { describe, expect, it } from "vitest";
import { circleAt, HOME, type Middle, PlacedTag, polygonAt } from "../testing/placed-tag.ts";

const HOUR_S = 3_600;

describe("a zone of 10 m", () => {
  it("is taken, and a cat that is far away is outside of it", () => {
    const tag = new PlacedTag([circleAt(10)]);
    tag.stay(0, 0, 2 * HOUR_S);
    tag.stay(300, 0, HOUR_S);
    expect(tag.sides).toEqual(["outside"]);
  });

  it("never says inside of a cat that is far away", () => {
    const tag = new PlacedTag([circleAt(10)]);
    tag.stay(300, 0, 4 * HOUR_S);
    expect(tag.changes).toEqual(["0 unknown>outside"]);
  });
});

describe("a zone of 50 km", () => {
  it("has one side for a cat that goes about deep inside, and the other for one that is driven out", () => {
    const tag = new PlacedTag([circleAt(50_000)]);
    for (const eastM of [0, 3_000, -20_000, 40_000]) {
      tag.stay(eastM, eastM / 2, HOUR_S);
      tag.passedS += HOUR_S;
    }
    expect(tag.changes).toEqual(["0 unknown>inside"]);
    for (let eastM = 48_000; eastM < 54_000; eastM += 840) tag.stay(eastM, 0, 60);
    tag.stay(54_000, 0, HOUR_S);
    expect(tag.changes).toEqual(["0 unknown>inside", "0 inside>outside"]);
  });
});

describe("nested zones", () => {
  const tag = new PlacedTag([
    circleAt(75, 0, 0, HOME, 0),
    circleAt(300, 0, 0, HOME, 1),
    polygonAt(24, 1_000, HOME, 2),
  ]);
  const seen = [0, 180, 600, 2_000, 600, 180, 0].map((eastM) => {
    tag.stay(eastM, 0, 2 * HOUR_S);
    return tag.sides.map((side) => side[0]).join("");
  });

  it("have each their own side", () =>
    expect(seen).toEqual(["iii", "oii", "ooi", "ooo", "ooi", "oii", "iii"]));
  it("each change once for each time that the cat crosses their edge", () =>
    expect(tag.changes).toHaveLength(9));
});

it("overlapping zones have each their own side", () => {
  const tag = new PlacedTag([circleAt(100, 0, 0, HOME, 0), circleAt(100, 120, 0, HOME, 1)]);
  const seen = [-40, 60, 170, 500].map((eastM) => {
    tag.stay(eastM, 0, 2 * HOUR_S);
    return tag.sides;
  });
  expect(seen).toEqual([
    ["inside", "outside"],
    ["inside", "inside"],
    ["outside", "inside"],
    ["outside", "outside"],
  ]);
});

it("the same zone eight times has one side, and changes it at one time", () => {
  const tag = new PlacedTag(Array.from({ length: 8 }, (_, i) => circleAt(75, 0, 0, HOME, i)));
  tag.stay(0, 0, HOUR_S);
  tag.stay(400, 0, HOUR_S);
  const all = (change: string): string[] => Array.from({ length: 8 }, (_, i) => `${i} ${change}`);
  expect(tag.changes).toEqual([...all("unknown>inside"), ...all("inside>outside")]);
});

describe("a ring of many vertices", () => {
  it("of a hundred decides as the circle that it is nearly", () => {
    const tag = new PlacedTag([circleAt(75, 0, 0, HOME, 0), polygonAt(100, 75, HOME, 1)]);
    for (const eastM of [0, 140, 10, 300]) tag.stay(eastM, 0, HOUR_S);
    const changesOf = (ref: number): string[] =>
      tag.changes.filter((change) => change.startsWith(`${ref}`)).map((change) => change.slice(2));
    expect(changesOf(1)).toEqual(changesOf(0));
    expect(tag.sides).toEqual(["outside", "outside"]);
  });

  it.each([1_000, 5_000])(
    "of %d is refused, and the tag goes on with the geofences that it has",
    (vertices) => {
      const tag = new PlacedTag([circleAt(75)]);
      tag.stay(0, 0, HOUR_S);
      expect(tag.run([polygonAt(vertices, 75)])).toBe("too-many-vertices");
      tag.stay(300, 0, HOUR_S);
      expect(tag.changes).toEqual(["0 unknown>inside", "0 inside>outside"]);
    },
  );
});

describe("a zone at the date line", () => {
  it.each<[string, Middle]>([
    ["west of it", { lat: -17, lon: 179.9997 }],
    ["on it", { lat: -17, lon: 180 }],
    ["east of it", { lat: -17, lon: -179.9997 }],
    ["on it, near a pole", { lat: 80, lon: -180 }],
  ])("%s is one zone for a cat that goes to and fro", (_, middle) => {
    const tag = new PlacedTag([circleAt(75, 0, 0, middle, 0), polygonAt(12, 90, middle, 1)], middle);
    for (const eastM of [0, 30, -30, 20]) tag.stay(eastM, 0, HOUR_S);
    expect(tag.changes).toEqual(["0 unknown>inside", "1 unknown>inside"]);
    for (const eastM of [400, 0, -400]) tag.stay(eastM, 0, 2 * HOUR_S);
    const ofCircle = tag.changes.filter((change) => change.startsWith("0")).slice(1);
    expect(ofCircle).toEqual(["0 inside>outside", "0 outside>inside", "0 inside>outside"]);
    expect(tag.sides).toEqual(["outside", "outside"]);
  });
});
