import { describe, expect, it } from "vitest";
import { LocalPlane } from "../tracks/local-plane.ts";
import { circleSetting, type NamedGeofence } from "../tracks/read-geofences.ts";
import { replayAsRecorded, replayPaced } from "./replay.ts";
import { TrackBuilder, type Track } from "../tracks/track.ts";

const START = 1_500_000_000;
const HOME = new LocalPlane(50, 7);
const GEOFENCES: readonly NamedGeofence[] = [{ name: "home", setting: circleSetting(3, [7, 50], 75) }];

/** Fixes a minute apart at these distances north of home, m. */
function walk(distances: readonly number[], everyS = 60): Track {
  const builder = new TrackBuilder("walk");
  for (const [i, m] of distances.entries())
    builder.add(START + i * everyS, HOME.latDegreesAt(m), 7, 5, false);
  return builder.track();
}

/** 40 m a minute, as a cat goes that is on its way. */
const AWAY = Array.from({ length: 10 }, (_, i) => 40 * (i + 1));

const OUT_AND_BACK = [
  ...Array<number>(30).fill(0),
  ...AWAY,
  ...Array<number>(50).fill(400),
  ...AWAY.toReversed(),
  ...Array<number>(50).fill(0),
];

describe("replayAsRecorded", () => {
  it("decides every recorded fix, and numbers transitions among the fixes", () => {
    const { fixes, transitions } = replayAsRecorded(walk(OUT_AND_BACK), GEOFENCES);
    expect(fixes).toBe(150);
    expect(transitions.map(({ side, geofence }) => `${geofence} ${side}`)).toEqual([
      "home inside",
      "home outside",
      "home inside",
    ]);
    const [first, out, back] = transitions;
    expect(first!.at - START).toBeLessThanOrEqual(5 * 60);
    expect(first!.number).toBe((first!.at - START) / 60 + 1 + 1);
    expect(out!.at - START).toBeGreaterThanOrEqual(30 * 60);
    expect(out!.at - START).toBeLessThan(40 * 60);
    expect(back!.number).toBe((back!.at - START) / 60 + 1 + 3);
  });

  it("takes fixes at one place and out-of-order ones as they come, without an alert of the past", () => {
    const builder = new TrackBuilder("late");
    for (let i = 0; i < 40; i++) builder.add(START + i * 60, 50, 7, 5, false);
    for (let i = 0; i < 3; i++) builder.add(START + i * 60, HOME.latDegreesAt(500), 7, 5, false);
    const { fixes, transitions } = replayAsRecorded(builder.track(), GEOFENCES);
    expect(fixes).toBeGreaterThanOrEqual(40);
    expect(transitions.map(({ side }) => side)).toEqual(["inside"]);
  });

  it("lets a side fade in a gap of two days, at the hour when its evidence was too old", () => {
    const builder = new TrackBuilder("days apart");
    for (const day of [0, 1, 2])
      for (let i = 0; i < 10; i++) builder.add(START + day * 2 * 86_400 + i * 60, 50, 7, 5, false);
    const { transitions } = replayAsRecorded(builder.track(), GEOFENCES);
    const faded = transitions.filter(({ side }) => side === "unknown");
    expect(faded).toHaveLength(2);
    expect(faded[0]!.at - START).toBeLessThanOrEqual(26 * 3_600);
  });
});

describe("an explanation", () => {
  it("lists the fixes that changed the side, with their distances and the belief after each", () => {
    const { transitions } = replayAsRecorded(walk(OUT_AND_BACK), GEOFENCES, true);
    const out = transitions[1]!;
    const { fixes, outsideBefore, omitted } = out.explanation!;
    expect(omitted).toBe(0);
    expect(outsideBefore).toBeLessThan(0.05);
    expect(fixes.length).toBeGreaterThanOrEqual(2);
    expect(fixes.at(-1)).toMatchObject({ number: out.number - 1, at: out.at, accuracyM: 5 });
    expect(fixes.at(-1)!.outside).toBeGreaterThan(0.9);
    // The fix at minute 30 + i is 40 (i + 1) m from the centre.
    for (const { at, distanceM } of fixes)
      if (distanceM < 200) expect(distanceM).toBeCloseTo(((at - START) / 60 - 29) * 40 - 75, -1);
  });

  it("begins anew after a side that expired, which has no fixes", () => {
    const builder = new TrackBuilder("days apart");
    for (const day of [0, 2])
      for (let i = 0; i < 10; i++) builder.add(START + day * 86_400 + i * 60, 50, 7, 5, false);
    const { transitions } = replayAsRecorded(builder.track(), GEOFENCES, true);
    const [, faded, again] = transitions;
    expect(faded).toMatchObject({ side: "unknown", explanation: { fixes: [] } });
    expect(again).toMatchObject({
      side: "inside",
      explanation: { outsideBefore: expect.closeTo(0.2, 9) as number },
    });
  });

  it("is given for the tag's own pace too, and is absent where nobody asks", () => {
    const track = walk(OUT_AND_BACK);
    const { transitions } = replayPaced(track, GEOFENCES, 1, true);
    expect(transitions.map(({ explanation }) => (explanation?.fixes.length ?? 0) > 0)).toEqual([
      true,
      true,
      true,
    ]);
    expect(replayPaced(track, GEOFENCES, 1).transitions[0]).not.toHaveProperty("explanation");
  });
});

describe("replayPaced", () => {
  it("finds the same outing at the tag's own pace, the same for the same seed", () => {
    const track = walk(OUT_AND_BACK);
    const replay = replayPaced(track, GEOFENCES, 1);
    expect(replay.transitions.map(({ side }) => side)).toEqual(["inside", "outside", "inside"]);
    expect(replay.transitions[1]!.at - START).toBeLessThan(45 * 60);
    expect(replayPaced(track, GEOFENCES, 1)).toEqual(replay);
  });

  it("makes nothing of a track of outliers", () => {
    const builder = new TrackBuilder("x");
    builder.add(START, 50, 7, NaN, true);
    expect(replayPaced(builder.track(), GEOFENCES, 1)).toEqual({ fixes: 0, transitions: [] });
  });
});
