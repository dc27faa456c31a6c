import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { NmeaParser } from "./nmea.ts";
import type { Reading } from "./reading.ts";

const BUILD = Date.UTC(2026, 0, 1) / 1000;

function sentence(body: string): string {
  let sum = 0;
  for (const character of body) sum ^= character.charCodeAt(0);
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, "0")}\r\n`;
}

function parse(bytes: Uint8Array | string, builtAtS = BUILD, chunk = Infinity, atEnd = false) {
  const data = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  const readings: Reading[] = [];
  const parser = new NmeaParser(builtAtS, (reading) => readings.push({ ...reading }));
  for (let at = 0; at < data.length; at += chunk) {
    const part = data.subarray(at, Math.min(data.length, at + chunk));
    parser.feed(part, part.length);
  }
  if (atEnd) parser.finish();
  return { readings, counts: parser.counts };
}

const rmc = (time: string, date = "211126", rest = "A,5222.3215,N,00454.5778,E,0.58,251.34") =>
  sentence(`GPRMC,${time},${rest},${date},,,A`);
const gga = (time: string, quality = 1) =>
  sentence(`GPGGA,${time},5222.3215,N,00454.5778,E,${quality},8,0.94,16.0,M,47.0,M,,`);

describe("one epoch", () => {
  it("joins RMC and GGA of the same time, in either order", () => {
    const expected = {
      utcS: Date.UTC(2026, 10, 21, 8, 54, 12) / 1000,
      latE7: 523720250,
      lonE7: 49096300,
      valid: true,
      quality: 1,
      satellites: 8,
      hdopTenths: 10,
      speedCmS: 30,
      courseDeg10: 2513,
      accuracyDm: 50,
    };
    expect(parse(rmc("085412.000") + gga("085412.00")).readings).toEqual([expected]);
    expect(parse(gga("085412.000") + rmc("085412")).readings).toEqual([expected]);
  });

  it("keeps the HDOP for ten seconds when GGA comes more rarely than RMC", () => {
    const { readings } = parse(
      rmc("085412") + gga("085412") + rmc("085413") + rmc("085422") + rmc("085423") + rmc("085424"),
    );
    expect(readings.map((reading) => reading.accuracyDm)).toEqual([50, 50, 50, 0, 0]);
  });

  it.each([
    ["0.58,251.34", 30, 2513],
    ["0.58,360.0", 30, 0],
    [",", -1, -1],
    ["0.58,north", 30, -1],
    ["0.58,361", 30, -1],
  ])("reads speed and course of %s", (fields, speedCmS, courseDeg10) => {
    const text = rmc("085412", "211126", `A,5222.3215,N,00454.5778,E,${fields}`) + gga("085412");
    expect(parse(text).readings[0]).toMatchObject({ speedCmS, courseDeg10 });
  });

  it("takes the sigma of GST instead of HDOP, after the first epoch has shown that GST comes", () => {
    const gst = (time: string) => sentence(`GNGST,${time},0.5,1,1,0,3.0,4.0,2`);
    const epoch = (time: string) => rmc(time) + gga(time) + gst(time);
    const { readings } = parse(epoch("085412.00") + epoch("085413.00") + epoch("085414.00"));
    expect(readings.map((reading) => reading.accuracyDm)).toEqual([50, 50, 50]);
    const wide = (time: string) => rmc(time) + gga(time) + sentence(`GNGST,${time},0.5,1,1,0,30.0,40.0,2`);
    expect(parse(wide("085412") + wide("085413")).readings[1]?.accuracyDm).toBe(500);
  });

  it("understands receivers that send RMC only, from the second epoch on without delay", () => {
    const { readings } = parse(rmc("085412") + rmc("085413") + rmc("085414"));
    expect(readings.map((reading) => reading.utcS % 60)).toEqual([12, 13, 14]);
    expect(readings.every((reading) => reading.valid && reading.accuracyDm === 0)).toBe(true);
  });

  it("gives no time to GGA alone, and takes the date of ZDA past midnight", () => {
    const { readings } = parse(gga("235958") + gga("235959"));
    expect(readings.map((reading) => reading.utcS)).toEqual([0, 0]);
    const dated = parse(
      sentence("GPZDA,235958,21,11,2026,00,00") + gga("235958") + gga("235959") + gga("000000"),
    );
    const midnight = Date.UTC(2026, 10, 22) / 1000;
    expect(dated.readings.map((reading) => reading.utcS - midnight)).toEqual([-2, -1, 0]);
  });

  it.each([
    ["void RMC", sentence("GPRMC,085412,V,5222.3215,N,00454.5778,E,0.58,251.34,211126,,,N") + gga("085412")],
    ["quality 0", rmc("085412") + gga("085412", 0)],
    ["estimated", rmc("085412") + gga("085412", 6)],
    ["simulated", rmc("085412") + gga("085412", 8)],
    ["empty", sentence("GPRMC,,V,,,,,,,,,,N") + sentence("GPGGA,,,,,,0,,,,M,,M,,")],
    [
      "no hemisphere",
      sentence("GPRMC,085412,A,5222.3,,00454.5,E,0,0,211126,,,A") + sentence("GPGGA,085412,,,,,1,8,1,,,,,,"),
    ],
  ])("does not vouch for a position: %s", (_name, bytes) => {
    const { readings } = parse(bytes);
    expect(readings).toHaveLength(1);
    expect(readings[0]?.valid).toBe(false);
  });

  it("names the date line -180 and keeps the signs of the hemispheres", () => {
    const at = (lat: string, ns: string, lon: string, ew: string) =>
      parse(sentence(`GPRMC,085412,A,${lat},${ns},${lon},${ew},0,0,211126,,,A`) + rmc("085413")).readings[0];
    expect(at("9000.0000", "S", "18000.0000", "E")).toMatchObject({ latE7: -900000000, lonE7: -1800000000 });
    expect(at("0000.0000", "S", "00000.0000", "W")).toMatchObject({ latE7: 0, lonE7: 0 });
    expect(at("0000.0001", "S", "17959.9999", "W")).toMatchObject({ latE7: -17, lonE7: -1799999983 });
  });

  it("rounds E7 exactly as whole-number arithmetic says", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 89 }),
        fc.integer({ min: 0, max: 59_999_999 }),
        (degrees, minutesE6) => {
          const minutes = `${String(Math.floor(minutesE6 / 1e6)).padStart(2, "0")}.${String(minutesE6 % 1e6).padStart(6, "0")}`;
          const text = `${String(degrees).padStart(2, "0")}${minutes}`;
          const { readings } = parse(
            sentence(`GPRMC,085412,A,${text},N,00000.0,E,0,0,211126,,,A`) + rmc("085413"),
          );
          const exact = BigInt(degrees) * 10_000_000n + (BigInt(minutesE6) * 10n + 30n) / 60n;
          expect(readings[0]?.latE7).toBe(Number(exact));
        },
      ),
    );
  });
});

describe("time", () => {
  const utcOf = (date: string, time = "000000") => parse(rmc(time, date) + gga(time)).readings[0]?.utcS;

  it("moves a date before the build on by 1,024 weeks", () => {
    expect(utcOf("080407")).toBe(Date.UTC(2007, 3, 8) / 1000 + 1024 * 7 * 86400);
  });

  it.each(["060180", "220899", "191138", "010170", "311299"])("refuses the nonsense date %s", (date) => {
    expect(utcOf(date)).toBe(0);
  });

  it("refuses dates that do not exist", () => {
    expect(utcOf("310226")).toBe(0);
    expect(utcOf("290227")).toBe(0);
    expect(utcOf("290228")).toBe(Date.UTC(2028, 1, 29) / 1000);
    expect(utcOf("000026")).toBe(0);
  });

  it.each(["240000", "006000", "000061", "1234", "12:34:56", "-10000"])("refuses the time %s", (time) => {
    expect(parse(rmc(time)).counts).toMatchObject({ malformed: 1, sentences: 0 });
  });
});

describe("what the line may bring", () => {
  const good = rmc("085412") + gga("085412");

  it.each([
    ["a wrong checksum", rmc("085411").replace(/\*../, "*00"), "badChecksum", 1],
    ["a checksum that is no number", "$GPTXT,L*3G\r\n", "badChecksum", 1],
    ["no checksum", "$GPRMC,085411,A\r\n", "malformed", 1],
    ["a cut line", rmc("085411").slice(0, 30), "malformed", 1],
    ["a line of 9,999 characters", `$${"A".repeat(9998)}\r\n`, "tooLong", 1],
    ["9,999 characters of garbage", `${"x".repeat(9999)}\r\n`, "garbageBytes", 9999],
    ["other talkers", sentence("SDDBT,18.0,f,5.4,M,3.0,F") + sentence("PQGSV,1,1,00"), "foreign", 2],
    ["a byte of eight bits within", "$GPRMC,08\u00e95411\r\n", "malformed", 1],
    ["NaN", sentence("GPRMC,085411,A,NaN,N,00454.5778,E,0,0,211126,,,A"), "malformed", 1],
    [
      "a latitude of 91 degrees",
      sentence("GPRMC,085411,A,9100.0,N,00454.5778,E,0,0,211126,,,A"),
      "malformed",
      1,
    ],
    ["60 minutes", sentence("GPRMC,085411,A,5260.0,N,00454.5778,E,0,0,211126,,,A"), "malformed", 1],
    ["a negative sigma", sentence("GNGST,085411,0.5,1,1,0,-3.0,4.0,2"), "malformed", 1],
    ["a negative HDOP", sentence("GPGGA,085411,,,,,1,8,-1,,,,,,"), "malformed", 1],
    ["41 fields", sentence(`GPRMC${",".repeat(41)}`), "malformed", 1],
  ])("tolerates %s", (_name, bytes, count, times) => {
    const { readings, counts } = parse(bytes + good);
    expect(counts[count as keyof typeof counts]).toBe(times);
    expect(readings).toHaveLength(1);
    expect(readings[0]?.valid).toBe(true);
  });

  it("never throws and gives whole numbers in range, whatever comes", () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(good, rmc("1"), "$", "*", "\n", "$GP"),
      fc.string().map(sentence),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        for (const reading of parse(pieces.join("")).readings) {
          for (const value of Object.values(reading))
            if (typeof value === "number") expect(value % 1).toBe(0);
          expect(Math.abs(reading.latE7)).toBeLessThanOrEqual(900_000_000);
          expect(reading.lonE7 >= -1_800_000_000 && reading.lonE7 < 1_800_000_000).toBe(true);
        }
      }),
    );
  });
});

describe("a line whose end was lost", () => {
  const seconds = ["085412", "085413", "085414"];
  const epochs = seconds.map((time) => rmc(time) + gga(time));
  const timesOf = (text: string): number[] =>
    parse(text, BUILD, Infinity, true).readings.map(({ utcS }) => utcS % 60);
  const glued = [
    timesOf(epochs.join("").replaceAll("\r\n", "")),
    timesOf(epochs.join("").replaceAll(/\r\n(?=\$GPGGA)/g, "")),
  ];

  it("is the only difference to what is read", () => expect(timesOf(epochs.join(""))).toEqual([12, 13, 14]));

  // "$" begins a sentence wherever it stands (NMEA 0183): all sentences of the line are read.
  it("holds every sentence", () => expect(glued[0]).toEqual([12, 13, 14]));
  it("holds two sentences", () => expect(glued[1]).toEqual([12, 13, 14]));
});

const logs = fileURLToPath(new URL("../../../../shared/data/nmea/", import.meta.url));
const absent = existsSync(logs) ? "" : " (skipped: ../shared/data/nmea is not beside this checkout)";

/** Readings in all and those with a position: the README's figures, which count GGA. */
const CAPTURES = [
  ["signalk-gps.log", 1202, 1202],
  ["gpsd-telit-he910.log", 37 + 187, 187],
  ["gpsd-quectel.log", 42, 34],
  ["gpsd-quectel-eg25-g.log", 28 + 23 + 9, 23],
  // One void RMC more than GGA.
  ["gpsd-haicom-305N.log", 1 + 5 + 68, 68],
  ["gpsd-ublox-8.log", 72, 72],
  ["gpsd-bundg_zeus_9.log", 149, 149],
  ["gpsd-ublox-neo-m9n-nmea.log", 61, 61],
] as const;

describe.skipIf(absent !== "")(`real receivers${absent}`, () => {
  it.each(CAPTURES)("%s", (file, epochs, fixes) => {
    const bytes = readFileSync(logs + file);
    const { readings, counts } = parse(bytes, Date.UTC(2007, 0, 1) / 1000, Infinity, true);
    const valid = readings.filter((reading) => reading.valid);
    expect({ epochs: readings.length, fixes: valid.length, counts }).toMatchObject({ epochs, fixes });
  });

  it("gives the same readings however the bytes are cut", () => {
    const bytes = readFileSync(`${logs}gpsd-ublox-neo-m9n-nmea.log`);
    const whole = parse(bytes).readings;
    for (const chunk of [1, 7, 64, 1000]) expect(parse(bytes, BUILD, chunk).readings).toEqual(whole);
  });
});
