import { describe, expect, it } from "vitest";
import { MAX_GEOFENCES, MAX_SETTINGS_BYTES, MAX_TAG_VERTICES } from "./limits.ts";
import type { Settings } from "./messages.ts";
import { decodeSettings, encodeSettings } from "./settings.ts";

/** A corner of a polygon of the widest extent (100 km) as near to a pole as geofences go (85 degrees). */
function farCorner(i: number): object {
  return { latE7: 850_000_000 - (i % 2) * 8_990_000, lonE7: -1_600_000_000 - (i % 2) * 103_000_000 + i };
}

describe("the largest settings that an owner can make", () => {
  it("fit into the tag's flash sector and come back the same", () => {
    const vertices = Array.from({ length: MAX_TAG_VERTICES / MAX_GEOFENCES }, (_, i) => farCorner(i));
    const geofences = Array.from({ length: MAX_GEOFENCES }, (_, i) => ({
      kind: "polygon",
      ref: 248 + i,
      vertices,
    }));
    const settings = { version: 4_294_967_295, fixIntervalS: 86_400, reportIntervalS: 86_400, geofences };
    const bytes = encodeSettings(settings as unknown as Settings);
    expect(bytes.length).toBeGreaterThan(3_000);
    expect(bytes.length).toBeLessThanOrEqual(MAX_SETTINGS_BYTES);
    expect(decodeSettings(bytes)).toEqual({ ok: true, value: settings });
  });
});
