import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { encodeSettings } from "@purrimeter/protocol/settings";
import type { GeofenceRef, LatE7, LonE7 } from "@purrimeter/protocol/values";
import { expect, it } from "vitest";
import { Firmware } from "./firmware.ts";
import type { Flash } from "./ports.ts";
import { BUILT_AT_S, nmea, NOON_S, TAG } from "./testing/tag-rig.ts";

/** V8 boxes numbers above 2^31 until it has compiled the code that uses them; boards do not. */
const WARM_UP = 25_000;
const MEASURED = 5_000;

/** Flash that allocates nothing itself. */
class PlainFlash implements Flash {
  readonly pageBytes = 4_096;
  readonly pageCount = 8;
  private readonly bytes = new Uint8Array(8 * 4_096).fill(255);

  read(page: number, offset: number, into: Uint8Array): void {
    const from = page * this.pageBytes + offset;
    for (let i = 0; i < into.length; i++) into[i] = this.bytes[from + i] as number;
  }

  write(page: number, offset: number, bytes: Uint8Array): void {
    const from = page * this.pageBytes + offset;
    for (let i = 0; i < bytes.length; i++) this.bytes[from + i] = bytes[i] as number;
  }

  erase(page: number): void {
    this.bytes.fill(255, page * this.pageBytes, (page + 1) * this.pageBytes);
  }
}

it("a fix, from its NMEA bytes to its place in flash, allocates nothing", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  let nowMs = 0;
  const nothing = (): void => undefined;
  const clock = { monotonicMs: () => nowMs, utcS: () => NOON_S, setUtcS: nothing };
  const uplink = { connect: nothing, disconnect: nothing, publish: () => false };
  const receiver = { gnss: { start: nothing, stop: nothing }, battery: { percent: () => 50 } };
  const ports = {
    flash: new PlainFlash(),
    clock,
    uplink,
    indicator: { buzz: nothing, light: nothing },
    ...receiver,
  };
  const firmware = new Firmware(ports, { tag: TAG, firmware: "1", seed: 1, builtAtS: BUILT_AT_S });
  firmware.start();
  const centre = { latE7: 520_000_000 as LatE7, lonE7: 50_000_000 as LonE7 };
  const zone = { kind: "circle" as const, ref: 1 as GeofenceRef, ...centre, radiusCm: 1_000 };
  const settings = { version: 1, fixIntervalS: 1, reportIntervalS: 86_400, geofences: [zone] };
  firmware.message(`purrimeter/1/${TAG}/settings`, encodeSettings(settings));
  const epochs = Array.from({ length: WARM_UP + MEASURED }, (_, i) =>
    nmea(NOON_S + i, 52.001 + (i % 7) * 1e-6, 5),
  );
  const live = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      nowMs += 1_000;
      const bytes = epochs[i] as Uint8Array;
      if (nowMs >= firmware.nextWakeMs()) firmware.wake();
      firmware.gnssBytes(bytes, bytes.length);
    }
  };
  live(0, WARM_UP);
  collect();
  const before = process.memoryUsage().heapUsed;
  live(WARM_UP, WARM_UP + MEASURED);
  const bytesPerFix = (process.memoryUsage().heapUsed - before) / MEASURED;
  expect(firmware.stats.fixes).toBeGreaterThan(WARM_UP + MEASURED - 100);
  // An object is at least 12 bytes.
  expect(bytesPerFix).toBeLessThan(12);
  // Less than nothing means that the collector ran, and that nothing was measured.
  expect(bytesPerFix).toBeGreaterThan(-12);
});
