import { encodeCommand } from "@purrimeter/protocol/command";
import type { GeofenceSetting, Settings } from "@purrimeter/protocol/messages";
import { encodeSettings } from "@purrimeter/protocol/settings";
import type { GeofenceRef, LatE7, LonE7 } from "@purrimeter/protocol/values";
import { describe, expect, it } from "vitest";
import { NOON_S, Rig, sentence, type RigOptions } from "../testing/tag-rig.ts";

const HOUR_S = 3_600;

/** A tenth of a degree is 11 km; these are metres north of home, near enough. */
const north = (metres: number): { lat: number; lon: number } => ({ lat: 52 + metres / 111_250, lon: 5 });

function zone(radiusM: number): GeofenceSetting {
  const centre = { latE7: 520_000_000 as LatE7, lonE7: 50_000_000 as LonE7 };
  return { kind: "circle", ref: 1 as GeofenceRef, ...centre, radiusCm: radiusM * 100 };
}

/** A tag with a zone of so many metres round home; nothing else is paced by the tenth of a degree. */
function started(radiusM: number, options: RigOptions = {}, more: Partial<Settings> = {}): Rig {
  const rig = new Rig(options);
  rig.place = north(0);
  rig.firmware.start();
  const settings = {
    version: 1,
    fixIntervalS: 60,
    reportIntervalS: 600,
    geofences: [zone(radiusM)],
    ...more,
  };
  rig.firmware.message("purrimeter/1/tom/settings", encodeSettings(settings));
  rig.pass(200);
  return rig;
}

/** Fixes taken during `seconds` seconds. */
function fixesIn(rig: Rig, seconds: number): number {
  const before = rig.firmware.stats.fixes;
  rig.pass(seconds);
  return rig.firmware.stats.fixes - before;
}

describe("the next fix is due", () => {
  it("after the interval when there is no geofence", () => {
    const rig = started(100, {}, { geofences: [] });
    expect(fixesIn(rig, HOUR_S)).toBe(60);
  });

  it("when the cat could first be out: the interval and the way to the edge at top speed", () => {
    const rig = started(1_000);
    // 1,000 m less twice 5 m of claimed error, at 3 m/s, and a minute.
    expect(fixesIn(rig, 10 * 390)).toBeGreaterThanOrEqual(9);
    expect(fixesIn(rig, 10 * 390)).toBeLessThanOrEqual(11);
    rig.place = north(700);
    rig.pass(HOUR_S);
    expect(fixesIn(rig, 10 * 157)).toBeGreaterThanOrEqual(9);
    expect(fixesIn(rig, 10 * 157)).toBeLessThanOrEqual(11);
  });

  it("after a quarter of an hour and the interval at most, however wide the zone", () => {
    const rig = started(40_000);
    expect(fixesIn(rig, 9_600)).toBe(10);
  });

  it("after the interval when the cat is out", () => {
    const rig = started(100);
    rig.place = north(2_000);
    rig.pass(HOUR_S);
    expect(fixesIn(rig, HOUR_S)).toBe(60);
  });

  it("near an edge within 90 s, while the receiver starts fast", () => {
    const near = started(75, {}, { fixIntervalS: 120 });
    expect(fixesIn(near, HOUR_S)).toBeGreaterThanOrEqual(39);
    expect(fixesIn(near, HOUR_S)).toBeLessThanOrEqual(41);
    const asked = started(75, {}, { fixIntervalS: 300 });
    expect(fixesIn(asked, HOUR_S)).toBeLessThanOrEqual(13);
  });

  it("after a minute while fixes go on contradicting the inside", () => {
    const rig = started(100, {}, { fixIntervalS: 120 });
    rig.pass(HOUR_S);
    rig.place = north(102);
    rig.pass(600);
    const fixes = fixesIn(rig, HOUR_S);
    expect(fixes).toBeGreaterThanOrEqual(55);
    expect(fixes).toBeLessThanOrEqual(62);
  });

  it("soon after a fix that contradicts the side, but not for ever", () => {
    const rig = started(100);
    rig.pass(HOUR_S);
    // Five metres out is no evidence for this receiver, and stays none.
    rig.place = north(105);
    const soon = fixesIn(rig, 300);
    expect(soon).toBeGreaterThanOrEqual(8);
    expect(soon).toBeLessThanOrEqual(11);
    expect(fixesIn(rig, HOUR_S)).toBeLessThanOrEqual(62);
  });
});

describe("a cat that does not move", () => {
  const asleep = (): Rig => {
    const rig = started(100);
    rig.isMoving = true;
    rig.pass(600);
    rig.isMoving = false;
    rig.pass(300);
    return rig;
  };

  it("gets no fix, and its side does not age", () => {
    const rig = asleep();
    const before = rig.firmware.stats;
    const { transitions, fixes } = before;
    rig.pass(12 * HOUR_S);
    expect(rig.firmware.stats).toMatchObject({ transitions, fixes });
    rig.isMoving = true;
    rig.pass(600);
    expect(rig.firmware.stats.transitions).toBe(transitions);
  });

  it("that wakes is looked for when it could first be out", () => {
    const rig = asleep();
    rig.pass(3 * HOUR_S);
    rig.isMoving = true;
    expect(fixesIn(rig, 85)).toBe(0);
    expect(fixesIn(rig, 40)).toBe(1);
  });

  it("is looked for all the same in live mode and for new geofences", () => {
    const rig = asleep();
    const live = encodeCommand({ id: 9, action: "live", seconds: 60, expiresAt: NOON_S + 30 * HOUR_S });
    rig.firmware.message("purrimeter/1/tom/command", live);
    expect(fixesIn(rig, 60)).toBeGreaterThanOrEqual(11);
    expect(fixesIn(rig, HOUR_S)).toBe(0);
    const moved = { version: 2, fixIntervalS: 60, reportIntervalS: 600, geofences: [zone(200)] };
    rig.firmware.message("purrimeter/1/tom/settings", encodeSettings(moved));
    expect(fixesIn(rig, 60)).toBeGreaterThanOrEqual(1);
  });

  it("is never believed to rest by a board that feels no motion", () => {
    expect(fixesIn(started(100), HOUR_S)).toBeGreaterThan(30);
  });
});

describe("under a roof", () => {
  const searched = (rig: Rig): number[] =>
    [...rig.cloud.stored.values()].flatMap((entry) => (entry.kind === "no-sky" ? [entry.searchedS] : []));

  function roofed(gsv: string | undefined): Rig {
    const rig = started(100);
    rig.connect();
    rig.place = undefined;
    rig.underRoof = gsv === undefined ? undefined : new TextEncoder().encode(sentence(gsv));
    rig.pass(2 * HOUR_S);
    return rig;
  }

  it("a receiver that hears no satellite is off again at once, and asked as often as ever", () => {
    const lengths = searched(roofed("GPGSV,1,1,02,01,40,083,,02,17,308,"));
    expect(new Set(lengths)).toEqual(new Set([8]));
    expect(lengths.length).toBeGreaterThan(100);
  });

  it.each([
    ["hears one too weak for a position", "GPGSV,1,1,02,01,40,083,24,02,17,308,"],
    ["lists none", undefined],
  ])("a receiver that %s searches longer, and ever more rarely", (_, gsv) => {
    const lengths = searched(roofed(gsv));
    expect(lengths.slice(0, 3)).toEqual([30, 20, 20]);
    expect(lengths.length).toBeGreaterThan(30);
    expect(lengths.length).toBeLessThan(60);
  });

  it("a receiver whose orbits are old searches for a minute, at most every ten minutes", () => {
    const rig = roofed("GPGSV,1,1,02,01,40,083,24,02,17,308,");
    rig.pass(4 * HOUR_S);
    const before = searched(rig).length;
    rig.pass(5 * HOUR_S);
    const lengths = searched(rig).slice(before);
    expect(new Set(lengths)).toEqual(new Set([60]));
    expect(lengths.length).toBeGreaterThanOrEqual(28);
    expect(lengths.length).toBeLessThanOrEqual(31);
  });

  it("the sky is found again within two intervals", () => {
    const rig = roofed("GPGSV,1,1,02,01,40,083,,02,17,308,");
    rig.place = north(0);
    expect(fixesIn(rig, 120)).toBeGreaterThanOrEqual(1);
  });
});

describe("a home beacon", () => {
  it("that is heard saves every search while the cat is inside, and its side does not age", () => {
    const rig = started(100, { hasBeacon: true });
    rig.pass(60);
    rig.callsHome = true;
    rig.isMoving = true;
    rig.pass(300);
    const { searches, listens } = rig;
    const { transitions } = rig.firmware.stats;
    rig.pass(10 * HOUR_S);
    expect(rig.searches).toBe(searches);
    expect(rig.listens - listens).toBeGreaterThanOrEqual(590);
    expect(rig.firmware.stats.transitions).toBe(transitions);
  });

  it("that is heard no more has the cat searched within the interval", () => {
    const rig = started(100, { hasBeacon: true });
    rig.callsHome = true;
    rig.pass(HOUR_S);
    rig.callsHome = false;
    expect(fixesIn(rig, 65)).toBe(1);
  });

  it("ends the search for a cat that is back under its roof", () => {
    const rig = started(100, { hasBeacon: true });
    rig.place = north(2_000);
    rig.pass(HOUR_S);
    rig.place = undefined;
    rig.callsHome = true;
    rig.pass(HOUR_S);
    const { searches } = rig;
    rig.pass(5 * HOUR_S);
    expect(rig.searches).toBe(searches);
  });
});

describe("the radio of a board on a battery", () => {
  const IDLE_TIMEOUT_MS = 10_000;

  it("is off between two reports", () => {
    const rig = new Rig({ idleTimeoutMs: IDLE_TIMEOUT_MS });
    rig.hasCoverage = true;
    rig.firmware.start();
    let upS = 0;
    for (let s = 0; s < 6 * HOUR_S; s++) {
      rig.pass(1);
      if (rig.isUp) upS++;
    }
    expect(rig.sessions).toBeGreaterThan(60);
    expect(rig.sessions).toBeLessThan(80);
    expect(upS).toBeLessThan(rig.sessions * 15);
    expect(rig.firmware.stats.pending).toBeLessThan(10);
  });

  it("is on at once for a transition", () => {
    const rig = started(100, { idleTimeoutMs: IDLE_TIMEOUT_MS }, { reportIntervalS: 6 * HOUR_S });
    rig.hasCoverage = true;
    rig.pass(6 * HOUR_S);
    const { sessions } = rig;
    rig.place = north(500);
    rig.pass(900);
    expect(rig.sessions).toBe(sessions + 1);
    const transitions = [...rig.cloud.stored.values()].filter((entry) => entry.kind === "transition");
    expect(transitions.at(-1)).toMatchObject({ to: "outside" });
  });

  it("asks more and more rarely where there is no coverage, and sends everything when there is", () => {
    const rig = new Rig({ idleTimeoutMs: IDLE_TIMEOUT_MS });
    rig.firmware.start();
    let asksS = 0;
    for (let s = 0; s < 24 * HOUR_S; s++) {
      rig.pass(1);
      if (rig.asksForSession) asksS++;
    }
    expect(rig.sessions).toBeGreaterThan(10);
    expect(rig.sessions).toBeLessThan(30);
    expect(asksS).toBeLessThan(0.03 * 24 * HOUR_S);
    rig.hasCoverage = true;
    rig.pass(3 * HOUR_S);
    expect(rig.firmware.stats.pending).toBeLessThan(10);
    expect(rig.firmware.stats.acknowledged).toBe(rig.cloud.stored.size);
  });
});
