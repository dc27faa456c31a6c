import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { cosine } from "../earth.ts";
import { acceptReading, emptyFix, FixFilterState } from "./fix-filter.ts";
import { emptyReading, type Reading } from "./reading.ts";

const AT = 1_795_000_000;

function reading(change: Partial<Reading> = {}): Reading {
  const home = { utcS: AT, latE7: 515_000_000, lonE7: -1_000_000, valid: true, quality: 1, satellites: 8 };
  return { ...emptyReading(), ...home, hdopTenths: 10, accuracyDm: 50, ...change };
}

function outcomes(readings: readonly Partial<Reading>[]): string[] {
  const state = new FixFilterState();
  const fix = emptyFix();
  return readings.map((change) => acceptReading(state, reading(change), fix));
}

describe("a reading by itself", () => {
  it("becomes a fix with the same place and time", () => {
    const fix = emptyFix();
    expect(acceptReading(new FixFilterState(), reading(), fix)).toBe("accepted");
    expect(fix).toEqual({
      at: AT,
      latE7: 515_000_000,
      lonE7: -1_000_000,
      accuracyDm: 50,
      speedCmS: -1,
      courseDeg10: -1,
    });
  });

  it.each([
    ["no-fix", { valid: false }],
    ["no-time", { utcS: 0 }],
    ["no-time", { utcS: Number.NaN }],
    ["out-of-range", { latE7: 900_000_001 }],
    ["out-of-range", { lonE7: 1_800_000_000 }],
    ["out-of-range", { latE7: Number.NaN }],
    ["out-of-range", { latE7: 0.5 }],
    ["null-island", { latE7: 0, lonE7: 0 }],
    ["null-island", { latE7: -999, lonE7: 999 }],
    ["poor", { accuracyDm: 1001 }],
  ] as const)("is refused as %s", (refusal, change) => {
    const fix = emptyFix();
    expect(acceptReading(new FixFilterState(), reading(change), fix)).toBe(refusal);
    expect(fix).toEqual(emptyFix());
  });

  it("is accepted on the equator and on the meridian of Greenwich", () => {
    expect(outcomes([{ latE7: 0, lonE7: 10_000_000 }])).toEqual(["accepted"]);
    expect(outcomes([{ latE7: 10_000_000, lonE7: 0 }])).toEqual(["accepted"]);
  });

  it("gets an accuracy when the receiver claims none", () => {
    const fix = emptyFix();
    acceptReading(new FixFilterState(), reading({ accuracyDm: 0 }), fix);
    expect(fix.accuracyDm).toBe(80);
  });
});

describe("a reading after a fix", () => {
  it("is stale when it is no newer; one place at a newer time is a cat at rest", () => {
    expect(outcomes([{}, { latE7: 515_000_100 }])).toEqual(["accepted", "stale"]);
    expect(outcomes([{}, { utcS: AT - 5 }])).toEqual(["accepted", "stale"]);
    expect(outcomes([{}, {}])).toEqual(["accepted", "stale"]);
    expect(outcomes([{}, { utcS: AT + 60 }])).toEqual(["accepted", "accepted"]);
    expect(outcomes([{}, { utcS: AT + 60, hdopTenths: 11 }])).toEqual(["accepted", "accepted"]);
  });

  it("is too fast beyond 50 m/s, over the date line too", () => {
    expect(outcomes([{}, { utcS: AT + 10, latE7: 515_060_000 }])).toEqual(["accepted", "too-fast"]);
    expect(outcomes([{}, { utcS: AT + 14, latE7: 515_060_000 }])).toEqual(["accepted", "accepted"]);
    const west = { lonE7: -1_799_999_000 };
    const east = { lonE7: 1_799_999_000 };
    expect(outcomes([west, { ...east, utcS: AT + 1 }])).toEqual(["accepted", "accepted"]);
  });

  it("is believed when it is the third in a row that contradicts the fix alike", () => {
    const far = (after: number, latE7 = 600_000_000) => ({ utcS: AT + after, latE7: latE7 + after });
    expect(outcomes([{}, far(1), far(2), far(3), far(4)])).toEqual([
      "accepted",
      "too-fast",
      "too-fast",
      "accepted",
      "accepted",
    ]);
    expect(outcomes([{}, far(1), far(2, 610_000_000), far(3), far(4)]).slice(1)).toEqual(
      Array(4).fill("too-fast"),
    );
    const past = (s: number) => ({ utcS: AT - 10_000 + s, latE7: 515_000_000 + s });
    expect(outcomes([{}, past(1), past(2), past(3), past(4)])).toEqual([
      "accepted",
      "stale",
      "stale",
      "accepted",
      "accepted",
    ]);
  });

  it("never locks the tag out, whatever one wrong fix said", () => {
    const wrong = fc.record({
      utcS: fc.integer({ min: 1, max: 4_294_967_295 }),
      latE7: fc.integer({ min: -900_000_000, max: 900_000_000 }),
      lonE7: fc.integer({ min: -1_800_000_000, max: 1_799_999_999 }),
    });
    fc.assert(
      fc.property(wrong, (first) => {
        const good = [1, 2, 3].map((s) => ({ utcS: AT + s, latE7: 515_000_000 + s }));
        expect(outcomes([first, ...good])[3]).toBe("accepted");
      }),
    );
  });
});

describe("a cat in its box on a train", () => {
  /** A reading a minute, and the train is fast for 90 minutes; how many of those the filter takes. */
  function takenAt(metresPerSecond: number): number {
    const step = Math.round((metresPerSecond * 60 * 1e7) / 111_195);
    const on = (i: number) => ({ utcS: AT + i * 60, latE7: 480_000_000 + i * step, satellites: 8 + (i % 3) });
    const train = Array.from({ length: 90 }, (_, i) => on(i + 1));
    return outcomes([on(0), ...train].map((one) => ({ ...one, speedCmS: metresPerSecond * 100 })))
      .slice(1)
      .filter((outcome) => outcome === "accepted").length;
  }
  const taken = new Map([45, 55, 75, 85].map((speed) => [speed, takenAt(speed)]));

  it("has fixes at 45 m/s", () => expect(taken.get(45)).toBe(90));

  // Readings that agree in place and speed are a train, and no error of the receiver.
  it.each([55, 75, 85])("has fixes at %d m/s", (speed) => expect(taken.get(speed)).toBeGreaterThan(0));
});

it("computes the cosine as Math.cos does, but for the last bits", () => {
  fc.assert(
    fc.property(fc.integer({ min: -900_000_000, max: 900_000_000 }), (latE7) => {
      expect(Math.abs(cosine(latE7) - Math.cos((latE7 / 1.8e9) * Math.PI))).toBeLessThan(4e-15);
    }),
  );
});

/** Readings once a second along a straight way, and how many of them become fixes. */
function taken(speedMps: number, seconds: number, change: Partial<Reading> = {}): string[] {
  const state = new FixFilterState();
  const fix = emptyFix();
  acceptReading(state, reading({ utcS: AT - 1, speedCmS: 0 }), fix);
  return Array.from({ length: seconds }, (_, i) => {
    const latE7 = 515_000_000 + Math.round((i * speedMps) / 0.011_113);
    const speedCmS = Math.round(speedMps * 100);
    return acceptReading(state, reading({ utcS: AT + i, latE7, speedCmS, ...change }), fix);
  });
}

describe("a plane", () => {
  it.each([120, 250, 340])("at %d m/s has fixes all the way once it is believed", (speed) => {
    expect(taken(speed, 60).slice(5)).toEqual(Array(55).fill("accepted"));
  });

  it("without a speed of the receiver has fixes too", () => {
    const outcomes = taken(250, 90, { speedCmS: -1 });
    expect(outcomes.filter((outcome) => outcome === "accepted").length).toBeGreaterThan(20);
  });

  it("lands: the last fix of the flight does not lock the tag out", () => {
    const state = new FixFilterState();
    const fix = emptyFix();
    acceptReading(state, reading(), fix);
    const landed = Array.from({ length: 5 }, (_, i) =>
      acceptReading(state, reading({ utcS: AT + 3_600 + i, latE7: 425_000_000, speedCmS: 10 }), fix),
    );
    expect(landed.slice(2)).toEqual(Array(3).fill("accepted"));
  });
});

describe("a cold start", () => {
  it("whose first readings are far off is corrected by the third that agrees", () => {
    const state = new FixFilterState();
    const fix = emptyFix();
    acceptReading(state, reading({ latE7: 515_090_000, accuracyDm: 900 }), fix);
    const right = Array.from({ length: 4 }, (_, i) =>
      acceptReading(state, reading({ utcS: AT + 1 + i, speedCmS: 0 }), fix),
    );
    expect(right.indexOf("accepted")).toBeGreaterThanOrEqual(0);
    expect(right.indexOf("accepted")).toBeLessThanOrEqual(2);
    expect(right.at(-1)).toBe("accepted");
  });

  it("with a date of the last week is corrected by the third reading of today", () => {
    const week = 7 * 86_400;
    expect(outcomes([{ utcS: AT + week }, { utcS: AT }, { utcS: AT + 1 }, { utcS: AT + 2 }])).toEqual([
      "accepted",
      "stale",
      "stale",
      "accepted",
    ]);
    expect(outcomes([{ utcS: AT - week }, { utcS: AT }])).toEqual(["accepted", "accepted"]);
  });
});

describe("the motion of a fix", () => {
  it.each([
    { speedCmS: 57, courseDeg10: 44, says: [60, 60] },
    { speedCmS: 50, courseDeg10: 0, says: [60, 0] },
    { speedCmS: 1_394, courseDeg10: 3_571, says: [1_400, 0] },
    { speedCmS: 65_535, courseDeg10: 1_800, says: [5_080, 1_800] },
    { speedCmS: 49, courseDeg10: 900, says: [-1, -1] },
    { speedCmS: 300, courseDeg10: -1, says: [-1, -1] },
    { speedCmS: -1, courseDeg10: 900, says: [-1, -1] },
  ])("of $speedCmS cm/s towards $courseDeg10 is kept in steps", ({ says, ...measured }) => {
    const fix = emptyFix();
    expect(acceptReading(new FixFilterState(), reading(measured), fix)).toBe("accepted");
    expect([fix.speedCmS, fix.courseDeg10]).toEqual(says);
  });
});
