import { describe, expect, it } from "vitest";
import { Episodes } from "./episodes.ts";
import { Random } from "../random.ts";

const EVERY_S = 700;
const LASTS_S = 100;
const STEPS = 500_000;

function shareOn(stepS: number): number {
  const episodes = new Episodes(EVERY_S, LASTS_S, new Random(3));
  let on = 0;
  for (let i = 0; i < STEPS; i++) if (episodes.advance(stepS) !== "none") on++;
  return on / STEPS;
}

describe("Episodes", () => {
  it.each([1, 20, 187, 7_200, 86_400])("are on for the same share of the time in steps of %i s", (stepS) => {
    const share = LASTS_S / (EVERY_S + LASTS_S);
    expect(Math.abs(shareOn(stepS) / share - 1)).toBeLessThan(0.12);
  });

  it("end in a long step: what is on after it is another", () => {
    const episodes = new Episodes(1, LASTS_S, new Random(1));
    for (let i = 0; i < 1_000; i++) expect(episodes.advance(LASTS_S * 40)).not.toBe("same");
  });

  it("never come when they come never", () => {
    const episodes = new Episodes(Infinity, LASTS_S, new Random(1));
    for (let i = 0; i < 100; i++) expect(episodes.advance(86_400)).toBe("none");
  });
});
