import { expect, it } from "vitest";
import { LocalPlane } from "../tracks/local-plane.ts";
import { LeavesHome } from "./leaves-home.ts";
import { nowhere } from "./life.ts";

const HOME = { latDegrees: 60, lonDegrees: 7 };
const life = new LeavesHome(5, HOME, 10_000);

function northM(utcS: number): number {
  const into = nowhere();
  life.at(utcS, into);
  return Math.round(new LocalPlane(HOME.latDegrees, HOME.lonDegrees).northM(into.latDegrees));
}

it("a cat that leaves sleeps at home, wakes, and goes beyond any garden, where it stays", () => {
  expect(life.startsAt).toBe(5);
  expect([5, 10_000, 10_100, 10_250, 99_999].map(northM)).toEqual([0, 0, 120, 300, 300]);
  const into = nowhere();
  const speeds = [6_399, 6_400, 10_000, 99_999].map((utcS) => {
    life.at(utcS, into);
    return into.speedMS;
  });
  expect(speeds).toEqual([0, 0.1, 1.2, 0.1]);
  expect(into).toMatchObject({ lonDegrees: 7, sky: "open" });
});
