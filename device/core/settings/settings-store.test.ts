import type { DecodeReason } from "@purrimeter/protocol/decode-error";
import { MAX_GEOFENCES, MAX_SETTINGS_BYTES } from "@purrimeter/protocol/limits";
import type { GeofenceSetting, Settings } from "@purrimeter/protocol/messages";
import { encodeSettings } from "@purrimeter/protocol/settings";
import type { GeofenceRef, LatE7, LonE7 } from "@purrimeter/protocol/values";
import { describe, expect, it } from "vitest";
import { RamFlash } from "../flash/ram-flash.ts";
import { SettingsStore, settingsPages } from "./settings-store.ts";

const runnable = (): undefined => undefined;

function circle(ref: number): GeofenceSetting {
  return { kind: "circle", ref: ref as GeofenceRef, latE7: 1 as LatE7, lonE7: 2 as LonE7, radiusCm: 7_500 };
}

function settings(version: number, geofences = [circle(1)]): Settings {
  return { version, fixIntervalS: 60, reportIntervalS: 600, geofences };
}

function open(flash: RamFlash): SettingsStore {
  const store = new SettingsStore(flash, 1);
  store.start();
  return store;
}

const newFlash = (pageBytes = 4096): RamFlash => new RamFlash(pageBytes, settingsPages(pageBytes) + 1);

describe("settings", () => {
  it.each([512, 4096])("are kept over a restart, the newest of them (pages of %i)", (pageBytes) => {
    const flash = newFlash(pageBytes);
    expect(open(flash).current).toBeUndefined();
    for (let version = 1; version <= 5; version++) {
      expect(open(flash).offer(encodeSettings(settings(version)), runnable)).toBe("kept");
      expect(open(flash).current).toEqual(settings(version));
    }
  });

  it("that are not newer are left alone", () => {
    const store = open(newFlash());
    store.offer(encodeSettings(settings(7)), runnable);
    expect(store.offer(encodeSettings(settings(7, [])), runnable)).toBe("stale");
    expect(store.offer(encodeSettings(settings(6, [])), runnable)).toBe("stale");
    expect(store.current).toEqual(settings(7));
  });

  it.each<[string, (good: Uint8Array) => Uint8Array, DecodeReason]>([
    [
      "of a newer wire version",
      (good) => Uint8Array.from(good, (byte, i) => (i === 2 ? 3 : byte)),
      "unknown-version",
    ],
    ["cut short", (good) => good.subarray(0, good.length - 1), "truncated"],
    ["with a byte behind them", (good) => Uint8Array.of(...good, 0), "trailing-bytes"],
    ["that are empty", () => new Uint8Array(0), "empty"],
    ["larger than any", () => new Uint8Array(MAX_SETTINGS_BYTES + 1), "oversized"],
  ])("%s are refused with the reason, and those before stay", (_, spoil, reason) => {
    const flash = newFlash();
    const store = open(flash);
    store.offer(encodeSettings(settings(3)), runnable);
    expect(store.offer(spoil(encodeSettings(settings(4))), runnable)).toBe(reason);
    expect(store.refused).toEqual({ version: 0, reason });
    expect(open(flash).current).toEqual(settings(3));
  });

  it("with too many geofences are refused", () => {
    const many = Array.from({ length: MAX_GEOFENCES + 1 }, (_, ref) => circle(ref));
    const store = open(newFlash());
    expect(store.offer(encodeSettings(settings(4, many)), runnable)).toBe("too-many");
    expect(store.current).toBeUndefined();
  });

  it("that the tag cannot run are refused with their version, until newer ones come", () => {
    const store = open(newFlash());
    expect(store.offer(encodeSettings(settings(4)), () => "out-of-range")).toBe("out-of-range");
    expect(store.refused).toEqual({ version: 4, reason: "out-of-range" });
    expect(store.offer(encodeSettings(settings(5)), runnable)).toBe("kept");
    expect(store.refused).toBeUndefined();
  });
});

describe("settings in flash", () => {
  it("survive a cut at any byte: the old ones or the new ones are there", () => {
    const written = newFlash(512);
    open(written).offer(encodeSettings(settings(1)), runnable);
    const before = written.bytesTouched;
    open(written).offer(encodeSettings(settings(2)), runnable);
    for (let cut = 0; cut < written.bytesTouched - before; cut++) {
      const flash = newFlash(512);
      open(flash).offer(encodeSettings(settings(1)), runnable);
      flash.cutAfter(cut);
      expect(() => open(flash).offer(encodeSettings(settings(2)), runnable)).toThrow("power cut");
      flash.restorePower();
      expect(open(flash).current?.version).toBeOneOf([1, 2]);
      expect(open(flash).offer(encodeSettings(settings(3)), runnable)).toBe("kept");
      expect(open(flash).current?.version).toBe(3);
    }
  });

  it("with any bit flipped fall back to those before", () => {
    const bytes = encodeSettings(settings(2)).length + 16;
    for (let bit = 0; bit < bytes * 8; bit++) {
      const flash = newFlash();
      open(flash).offer(encodeSettings(settings(1)), runnable);
      open(flash).offer(encodeSettings(settings(2)), runnable);
      flash.flipBit(1, bit >> 3, bit & 7);
      expect(open(flash).current?.version).toBe(1);
    }
  });
});
