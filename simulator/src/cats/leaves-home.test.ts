import { expect, it } from "vitest";
import { LocalPlane } from "../tracks/local-plane.ts";
import { LeavesHome } from "./leaves-home.ts";
import { nowhere, type Life } from "./life.ts";

const HOME = { latDegrees: 60, lonDegrees: 7 };
const elsewhere: Life = {
  startsAt: 5,
  at: (_, into) => void Object.assign(into, { latDegrees: 1, sky: "none" }),
};
const life = new LeavesHome(elsewhere, HOME, 10_000);

function northM(utcS: number): number {
  const into = nowhere();
  life.at(utcS, into);
  return Math.round(new LocalPlane(HOME.latDegrees, HOME.lonDegrees).northM(into.latDegrees));
}

it("a cat that leaves is where it was, then at home, then beyond any garden, where it stays", () => {
  const into = nowhere();
  life.at(6_399, into);
  expect([life.startsAt, into.latDegrees]).toEqual([5, 1]);
  expect([6_400, 10_000, 10_100, 10_250, 99_999].map(northM)).toEqual([0, 0, 120, 300, 300]);
  life.at(99_999, into);
  expect(into).toMatchObject({ lonDegrees: 7, speedMS: 0, sky: "open" });
});
