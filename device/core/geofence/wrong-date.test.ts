import type { GeofenceSetting } from "@purrimeter/protocol/messages";
import { encodeSettings } from "@purrimeter/protocol/settings";
import type { GeofenceRef, LatE7, LonE7 } from "@purrimeter/protocol/values";
import { describe, expect, it } from "vitest";
import { NOON_S, Rig } from "../testing/tag-rig.ts";

const home: GeofenceSetting = {
  kind: "circle",
  ref: 0 as GeofenceRef,
  latE7: 520_000_000 as LatE7,
  lonE7: 50_000_000 as LonE7,
  radiusCm: 7_500,
};

/** The cat is at home; one reading has a wrong date; so many minutes later the cat is far away. */
function changesAfter(offS: number, minutes: number): string[] {
  const rig = new Rig();
  rig.firmware.start();
  rig.connect();
  const settings = { version: 1, fixIntervalS: 60, reportIntervalS: 300, geofences: [home] };
  rig.hear(encodeSettings(settings), "settings");
  rig.pass(7_200);
  for (let s = 0; s < 900 && !rig.isReceiving; s++) {
    rig.place = undefined;
    rig.pass(1);
  }
  rig.place = { lat: 52, lon: 5 };
  rig.speak(NOON_S + rig.nowMs / 1_000 + offS);
  rig.pass(minutes * 60);
  rig.place = { lat: 52.004, lon: 5 };
  rig.pass(3_600);
  const entries = [...rig.cloud.stored].sort(([a], [b]) => a - b).map(([, entry]) => entry);
  return entries.flatMap((entry) =>
    entry.kind === "transition" && entry.to !== "unknown" ? [`${entry.lastKnown ?? "none"}>${entry.to}`] : [],
  );
}

describe("a cat that leaves after one reading with a wrong date", () => {
  it.each([
    ["an hour", 3_600],
    ["a day", 86_400],
    ["a year", 365 * 86_400],
    ["an hour back", -3_600],
  ] as const)("is known to have been inside: %s", (_, offS) => {
    for (const minutes of [1, 5, 30]) {
      const changes = changesAfter(offS, minutes);
      expect(changes[0]).toBe("none>inside");
      expect(changes.at(-1)).toBe("inside>outside");
      expect(changes.slice(1, -1).every((change) => change === "inside>inside")).toBe(true);
    }
  });
});
