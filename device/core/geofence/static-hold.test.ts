import { encodeSettings } from "@purrimeter/protocol/settings";
import type { GeofenceRef, LatE7, LonE7 } from "@purrimeter/protocol/values";
import { beforeAll, describe, expect, it } from "vitest";
import { nmea, Rig } from "../testing/tag-rig.ts";

const SIX_HOURS_S = 21_600;

/** A cat that rests under open sky for six hours; counts of what the tag noted, and its changes of side. */
function rest(place: (utcS: number) => number): { kinds: Record<string, number>; changes: string[] } {
  const rig = new Rig();
  rig.speak = (utcS) => {
    const bytes = nmea(utcS, place(utcS), 5);
    rig.firmware.gnssBytes(bytes, bytes.length);
  };
  rig.firmware.start();
  rig.connect();
  const home = { kind: "circle" as const, ref: 0 as GeofenceRef, radiusCm: 7_500 };
  const geofences = [{ ...home, latE7: 520_000_000 as LatE7, lonE7: 50_000_000 as LonE7 }];
  rig.hear(encodeSettings({ version: 1, fixIntervalS: 60, reportIntervalS: 300, geofences }), "settings");
  rig.pass(SIX_HOURS_S);
  const entries = [...rig.cloud.stored.values()];
  const kinds: Record<string, number> = {};
  for (const { kind } of entries) kinds[kind] = (kinds[kind] ?? 0) + 1;
  const changes = entries.flatMap((one) => (one.kind === "transition" ? [`${one.from}>${one.to}`] : []));
  return { kinds, changes };
}

/**
 * Static navigation (SiRF, MTK) or static hold (u-blox): while the cat rests, the receiver repeats the position to the last
 * digit, with a new time and status A.
 */
describe("a receiver with static hold", () => {
  let held: ReturnType<typeof rest>;
  beforeAll(() => {
    held = rest(() => 52);
  });

  it("is unlike one whose position moves by half a metre: that has fixes and a side", () => {
    const { kinds, changes } = rest((utcS) => 52 + ((utcS * 7) % 11) * 5e-7);
    expect(changes).toEqual(["unknown>inside"]);
    expect(kinds["fix"]).toBeGreaterThan(200);
    expect(kinds["no-sky"]).toBeUndefined();
  });

  // A position that stays is one: the receiver says A and a new time.
  it("gives a side", () => expect(held.changes).toEqual(["unknown>inside"]));
  it("gives more than its first fix", () => expect(held.kinds["fix"]).toBeGreaterThan(1));
  it("is not searched in vain", () => expect(held.kinds["no-sky"] ?? 0).toBe(0));
});
