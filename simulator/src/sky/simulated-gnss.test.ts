import { NmeaParser } from "@purrimeter/device/nmea";
import type { Reading } from "@purrimeter/device/reading";
import { describe, expect, it } from "vitest";
import type { Life } from "../cats/life.ts";
import { LocalPlane } from "../tracks/local-plane.ts";
import { Random } from "../random.ts";
import { COLLAR_RECEIVER, ReceiverError, type ReceiverParameters } from "./receiver-model.ts";
import { SimulatedGnss } from "./simulated-gnss.ts";
import { VirtualClock } from "../virtual-clock.ts";

const START = 1_800_000_000;
const PERFECT: ReceiverParameters = { ...COLLAR_RECEIVER, openM: 0, whiteM: 0, outlierEveryS: Infinity };

function still(latDegrees: number, lonDegrees: number, sky: "open" | "none" = "open"): Life {
  return {
    startsAt: START,
    at: (_, into) => void Object.assign(into, { latDegrees, lonDegrees, speedMS: 0.5, sky }),
  };
}

/** Runs the receiver for `epochs` epochs and returns what the tag's parser reads. */
function listen(
  life: Life,
  parameters: ReceiverParameters,
  epochs: number,
): { readings: Reading[]; faults: number } {
  const clock = new VirtualClock(START);
  const gnss = new SimulatedGnss(clock, life, parameters, new Random(1));
  const readings: Reading[] = [];
  const parser = new NmeaParser(START, (reading) => readings.push({ ...reading }));
  gnss.start();
  for (let i = 0; i < epochs; i++) {
    clock.nowMs = gnss.nextMs;
    const { bytes, length } = gnss.run();
    parser.feed(bytes, length);
  }
  const { badChecksum, malformed, tooLong, foreign, garbageBytes } = parser.counts;
  return { readings, faults: badChecksum + malformed + tooLong + foreign + garbageBytes };
}

describe("SimulatedGnss", () => {
  it.each([
    [60.15, 7.5],
    [-33.999999, 151.2],
    [0.0000004, -0.1],
    [89.9, 179.9999999],
    [50, -179.9999999],
  ])("writes sentences that the tag's parser reads back to 2 cm at %d, %d", (lat, lon) => {
    const { readings, faults } = listen(still(lat, lon), PERFECT, 200);
    expect(faults).toBe(0);
    const fixes = readings.filter((reading) => reading.valid);
    expect(fixes.length).toBeGreaterThan(100);
    const plane = new LocalPlane(Math.min(lat, 80), lon);
    for (const { latE7, lonE7, utcS } of fixes) {
      expect(Math.abs(latE7 / 1e7 - lat)).toBeLessThan(2e-7);
      expect(Math.abs(plane.eastM(lonE7 / 1e7))).toBeLessThan(0.02);
      expect(utcS).toBeGreaterThan(START);
    }
    expect(fixes[0]).toMatchObject({ speedCmS: 50, satellites: 9 });
  });

  it("takes its time for the first fix and finds none indoors", () => {
    const { readings } = listen(still(50, 7), COLLAR_RECEIVER, 120);
    const first = readings.findIndex((reading) => reading.valid);
    expect(first).toBeGreaterThan(15);
    const indoors = listen(still(50, 7, "none"), COLLAR_RECEIVER, 120);
    expect(indoors.readings.some((reading) => reading.valid)).toBe(false);
    expect(indoors.faults).toBe(0);
  });
});

describe("ReceiverError", () => {
  it("errs as far as the loggers do, in a correlated way, and claims to be better", () => {
    const error = new ReceiverError(COLLAR_RECEIVER, new Random(2));
    const lengths: number[] = [];
    const steps: number[] = [];
    let believed = 0;
    for (let search = 0; search < 4_000; search++) {
      error.restart();
      error.advance(60, "partial");
      const { eastM, northM } = error;
      error.advance(1, "partial");
      const length = Math.hypot(error.eastM, error.northM);
      lengths.push(length);
      steps.push(Math.hypot(error.eastM - eastM, error.northM - northM));
      if (length < error.claimedM) believed++;
    }
    const at = (values: number[], share: number): number =>
      values.toSorted((a, b) => a - b)[values.length * share]!;
    expect(at(lengths, 0.5)).toBeGreaterThan(8);
    expect(at(lengths, 0.5)).toBeLessThan(17);
    expect(at(lengths, 0.95)).toBeGreaterThan(22);
    expect(at(lengths, 0.95)).toBeLessThan(72);
    expect(at(steps, 0.5)).toBeLessThan(at(lengths, 0.5) / 2);
    expect(believed / lengths.length).toBeLessThan(0.5);
  });
});
