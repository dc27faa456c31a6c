import { circleSetting } from "@purrimeter/simulator/read-geofences";
import { replayAsRecorded } from "@purrimeter/simulator/replay";
import { describe, expect, it } from "vitest";
import type { CatDays } from "./cat-days.ts";
import { carriedCats, startingCats } from "./made-cats.ts";
import { OurTag, UNKNOWN_SPEED } from "./our-tag.ts";
import { PeerTag } from "./peer-tag.ts";
import { emptyScore, scoreCat } from "./fence-score.ts";
import type { ZoneTag } from "./zone-tag.ts";

const RADIUS_M = 75;

function changesOf(cat: CatDays, tag: ZoneTag): string[] {
  const changes: string[] = [];
  for (let i = 0; i < cat.at.length; i++) {
    const before = tag.side;
    tag.take(cat, i);
    if (tag.side !== before) changes.push(`${cat.at[i]} ${tag.side}`);
  }
  return changes;
}

/** Counts the fixes that a tag takes. */
class CountedTag implements ZoneTag {
  taken = 0;
  readonly #tag: ZoneTag;

  constructor(tag: ZoneTag) {
    this.#tag = tag;
  }

  get side() {
    return this.#tag.side;
  }

  get dueAt(): number {
    return this.#tag.dueAt;
  }

  take(cat: CatDays, index: number): void {
    this.taken++;
    this.#tag.take(cat, index);
  }

  searchInVain(at: number): void {
    this.#tag.searchInVain(at);
  }
}

describe("our tag in the benchmark", () => {
  it("decides as the replay of the same fixes", () => {
    const [cat] = carriedCats(1, 1.5, RADIUS_M, { lookS: 60, receiver: "fitted", seed: 11 });
    if (cat === undefined) throw new Error("no cat");
    const zone = { radiusM: RADIUS_M, pace: "fixed" as const, intervalS: 60, startsAt: cat.startsAt };
    // The replayed tracks hold no speed.
    cat.speedCmS.fill(UNKNOWN_SPEED);
    const degrees = (180 / Math.PI) * (1 / 6_371_008.8);
    const lonDegrees = degrees / Math.cos((50.2 * Math.PI) / 180);
    const track = {
      name: "cat",
      length: cat.at.length,
      at: cat.at,
      lat: Float64Array.from(cat.northM, (m) => 50.2 + m * degrees),
      lon: Float64Array.from(cat.eastM, (m) => -5.1 + m * lonDegrees),
      accuracyM: Float32Array.from(cat.accuracyDm, (dm) => dm / 10),
      outlier: new Uint8Array(cat.at.length),
    };
    const geofences = [{ name: "home", setting: circleSetting(0, [-5.1, 50.2], RADIUS_M) }];
    const { transitions } = replayAsRecorded(track, geofences);
    expect(changesOf(cat, new OurTag(zone))).toEqual(transitions.map(({ at, side }) => `${at} ${side}`));
    expect(transitions.at(-1)?.side).toBe("outside");
  });

  it("and its peers at the same pace take about as many fixes of a cat at home", () => {
    const cats = startingCats(3, { lookS: 15, receiver: "fitted", seed: 5 });
    const zone = { radiusM: RADIUS_M, pace: "own" as const, intervalS: 60, startsAt: cats[0]?.startsAt ?? 0 };
    const takenBy = (make: () => ZoneTag): number => {
      let taken = 0;
      for (const cat of cats) {
        const tag = new CountedTag(make());
        scoreCat(emptyScore(), cat, RADIUS_M, tag, "own");
        taken += tag.taken;
      }
      return taken;
    };
    const ours = takenBy(() => new OurTag(zone));
    const theirs = takenBy(() => new PeerTag(({ beyondM }) => beyondM > 0, zone));
    expect(ours).toBeGreaterThan(3 * 200);
    expect(ours / theirs).toBeGreaterThan(0.8);
    expect(ours / theirs).toBeLessThan(1.25);
  });
});
