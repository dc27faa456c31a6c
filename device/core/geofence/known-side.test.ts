import type { GeofenceSetting } from "@purrimeter/protocol/messages";
import { encodeSettings } from "@purrimeter/protocol/settings";
import type { GeofenceRef, LatE7, LonE7 } from "@purrimeter/protocol/values";
import { beforeAll, describe, expect, it } from "vitest";
import { Rig } from "../testing/tag-rig.ts";

const HOME = 0 as GeofenceRef;
const MINUTE_S = 60;
const METRES_PER_DEGREE = 111_195;

const circle = (ref: number, latE7: number, radiusCm: number): GeofenceSetting => ({
  kind: "circle",
  ref: ref as GeofenceRef,
  latE7: latE7 as LatE7,
  lonE7: 50_000_000 as LonE7,
  radiusCm,
});
const home = circle(HOME, 520_000_000, 7_500);
const elsewhere = circle(1, 530_000_000, 7_500);

/** Changes of other geofences: nothing that is known of home's side is less true after them. */
const EDITS: readonly (readonly [string, readonly GeofenceSetting[]])[] = [
  ["another geofence's radius changes", [home, circle(1, 530_000_000, 8_000)]],
  ["another geofence is deleted", [home]],
  ["a third geofence is drawn", [home, elsewhere, circle(2, 540_000_000, 7_500)]],
  ["the geofences come in another order", [elsewhere, home]],
];

function configure(rig: Rig, version: number, geofences: readonly GeofenceSetting[]): void {
  const settings = { version, fixIntervalS: 60, reportIntervalS: 300, geofences };
  rig.hear(encodeSettings(settings), "settings");
}

function atHome(): Rig {
  const rig = new Rig();
  rig.firmware.start();
  rig.connect();
  configure(rig, 1, [home, elsewhere]);
  rig.pass(120 * MINUTE_S);
  return rig;
}

/** Changes of home's side from the last known one, in the order of their numbers. */
function changesOf(rig: Rig): string[] {
  const entries = [...rig.cloud.stored].sort(([a], [b]) => a - b).map(([, entry]) => entry);
  return entries.flatMap((entry) =>
    entry.kind === "transition" && entry.geofence === HOME
      ? [`${entry.lastKnown ?? entry.from}>${entry.to}`]
      : [],
  );
}

/** The cat is under a roof for an hour, in whose middle the geofences change, and is far away when it is seen again. */
function editUnderRoof(geofences?: readonly GeofenceSetting[]): string[] {
  const rig = atHome();
  rig.place = undefined;
  rig.pass(30 * MINUTE_S);
  if (geofences !== undefined) configure(rig, 2, geofences);
  rig.pass(30 * MINUTE_S);
  rig.place = { lat: 52.004, lon: 5 };
  rig.pass(60 * MINUTE_S);
  return changesOf(rig);
}

/** The cat walks north at half a metre a second; so many minutes after it left the middle the geofences change. */
function editOnTheWay(minute: number): string[] {
  const rig = atHome();
  for (let second = 0; second < 30 * MINUTE_S; second++) {
    if (second === minute * MINUTE_S) configure(rig, 2, EDITS[0]![1]);
    rig.place = { lat: 52 + (second * 0.5) / METRES_PER_DEGREE, lon: 5 };
    rig.pass(1);
  }
  return changesOf(rig);
}

/** The battery dies at home; the tag starts again under a roof, without a clock, and is far away when it sees the sky. */
function restart(edits: readonly (readonly GeofenceSetting[])[] = []): string[] {
  const rig = atHome();
  edits.forEach((geofences, i) => configure(rig, 2 + i, geofences));
  rig.cut();
  rig.utcS = 0;
  rig.nowMs += 10 * MINUTE_S * 1_000;
  rig.isReceiving = false;
  rig.place = undefined;
  rig.boot().start();
  rig.connect();
  rig.pass(30 * MINUTE_S);
  rig.place = { lat: 52.004, lon: 5 };
  rig.pass(60 * MINUTE_S);
  return changesOf(rig);
}

const ESCAPE = ["unknown>inside", "inside>outside"];

describe("a cat that was inside and is outside has left", () => {
  const cases: readonly (readonly [string, () => string[]])[] = [
    ...EDITS.map(([what, geofences]) => [`when ${what} meanwhile`, () => editUnderRoof(geofences)] as const),
    ...[1, 2, 3, 4].map(
      (minute) =>
        [`when another geofence changes ${minute} min after it set out`, () => editOnTheWay(minute)] as const,
    ),
    ["when the tag has started again meanwhile", () => restart()],
    [
      "when the tag has started again after other geofences changed three times",
      () => restart(EDITS.slice(1).map(([, geofences]) => geofences)),
    ],
  ];
  const outcomes = new Map<string, string[]>();
  beforeAll(() => {
    for (const [what, changes] of cases) outcomes.set(what, changes());
  });

  it("while its geofences stay as they are", () => {
    expect(editUnderRoof()).toEqual(ESCAPE);
    expect(editOnTheWay(-1)).toEqual(ESCAPE);
  });

  // The last known side was inside: sides of geofences that did not change stay known.
  it.each(cases)("%s", (what) => expect(outcomes.get(what)).toEqual(ESCAPE));
});
