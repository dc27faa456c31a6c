import { describe, expect, it } from "vitest";
import type { NmeaLine } from "./nmea-line.ts";
import { NmeaParser } from "./nmea.ts";
import { receivesSatellite, listsSatellites } from "./satellite-list.ts";

/** Of each sentence that is not the parser's: whether it lists satellites, and whether one is heard. */
function watched(body: string): boolean[][] {
  let sum = 0;
  for (const character of body) sum ^= character.charCodeAt(0);
  const bytes = new TextEncoder().encode(`$${body}*${sum.toString(16).padStart(2, "0")}\r\n`);
  const seen: boolean[][] = [];
  const look = (line: NmeaLine): void => {
    const lists = listsSatellites(line);
    seen.push([lists, lists && receivesSatellite(line)]);
  };
  const parser = new NmeaParser(0, () => undefined, look);
  for (const byte of bytes) parser.feed(Uint8Array.of(byte), 1);
  parser.feed(bytes, bytes.length);
  return seen;
}

describe("satellites in view", () => {
  it.each([
    ["another list", "GPGRS,1,1,00", false, false],
    ["of a maker's own", "GPGSVX,1,1,01,01,40,083,44", false, false],
    ["none in view", "GPGSV,1,1,00", true, false],
    ["in view, none heard", "GPGSV,1,1,03,01,40,083,,02,17,308,,12,07,344,", true, false],
    ["heard too weakly", "GPGSV,1,1,02,01,40,083,12,02,17,308,19", true, false],
    ["the last one heard", "GLGSV,2,1,08,01,40,083,,02,17,308,,12,07,344,,14,22,228,41", true, true],
    ["with a signal id behind them", "GAGSV,1,1,01,01,40,083,,7", true, false],
    ["a field that is no number", "GPGSV,1,1,01,01,40,083,x9", true, false],
  ])("%s", (_, body, lists, hears) => {
    const seen = [lists, hears];
    expect(watched(body)).toEqual([seen, seen]);
  });
});
