import { describe, expect, it } from "vitest";
import { SkyWatch } from "./sky-watch.ts";

function watched(...bodies: string[]): SkyWatch {
  const watch = new SkyWatch();
  for (const body of bodies) {
    let sum = 0;
    for (const character of body) sum ^= character.charCodeAt(0);
    const bytes = new TextEncoder().encode(`$${body}*${sum.toString(16).padStart(2, "0")}\r\n`);
    for (const byte of bytes) watch.feed(Uint8Array.of(byte), 1);
  }
  return watch;
}

describe("satellites in view", () => {
  it.each([
    ["nothing listed", "GPRMC,,V,,,,,,,,,,N", false, false],
    ["none in view", "GPGSV,1,1,00", true, false],
    ["in view, none heard", "GPGSV,1,1,03,01,40,083,,02,17,308,,12,07,344,", true, false],
    ["heard too weakly", "GPGSV,1,1,02,01,40,083,12,02,17,308,19", true, false],
    ["the last one heard", "GLGSV,2,1,08,01,40,083,,02,17,308,,12,07,344,,14,22,228,41", true, true],
    ["with a signal id behind them", "GAGSV,1,1,01,01,40,083,,7", true, false],
    ["a field that is no number", "GPGSV,1,1,01,01,40,083,x9", true, false],
  ])("%s", (_, body, lists, hears) => {
    const { lists: listed, hears: heard } = watched(body);
    expect([listed, heard]).toEqual([lists, hears]);
  });

  it("are not read from a sentence with a wrong checksum, and forgotten at a restart", () => {
    const watch = new SkyWatch();
    const spoilt = new TextEncoder().encode("$GPGSV,1,1,01,01,40,083,44*00\r\n");
    watch.feed(spoilt, spoilt.length);
    expect([watch.lists, watch.hears]).toEqual([false, false]);
    const heard = watched("GPGSV,1,1,01,01,40,083,44");
    heard.restart();
    expect([heard.lists, heard.hears]).toEqual([false, false]);
  });
});
