import { scaled } from "./nmea-field.ts";
import type { NmeaLine } from "./nmea-line.ts";

/** Weaker signals do not help: a receiver reads orbits from about 25 dB-Hz on, and roofs let through less (assumption). */
const USEFUL_DB_HZ = 20;

const FIRST_SIGNAL_FIELD = 7;
const FIELDS_PER_SATELLITE = 4;

/** Whether the sentence lists satellites: "GSV" after a talker of two letters. */
export function listsSatellites(line: NmeaLine): boolean {
  const { bytes, begin } = line;
  return (
    line.starts[1] === 6 && bytes[begin + 2] === 71 && bytes[begin + 3] === 83 && bytes[begin + 4] === 86
  );
}

/** Whether one of the satellites in a list is received well enough; a receiver under a roof need not search to the end. */
export function receivesSatellite(line: NmeaLine): boolean {
  for (let field = FIRST_SIGNAL_FIELD; field < line.fieldCount; field += FIELDS_PER_SATELLITE) {
    if (scaled(line, field, 0) >= USEFUL_DB_HZ) return true;
  }
  return false;
}
