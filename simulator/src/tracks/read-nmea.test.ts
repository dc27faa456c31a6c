import { sentence } from "@purrimeter/device/testing/tag-rig";
import { beforeAll, describe, expect, it } from "vitest";
import { trackOutcomes, type TrackCase } from "./testing/track-outcomes.ts";

const PLACE = "6006.0000,N,00730.0000,E";
const MINUTES = [0, 1, 2, 3, 4];
const rmc = (time: string, date = "010326"): string =>
  sentence(`GPRMC,${time},A,${PLACE},0.1,0.0,${date},,,A`);
const gga = (time: string, talker = "GP"): string =>
  sentence(`${talker}GGA,${time},${PLACE},1,08,0.9,1200.0,M,45.0,M,,`);
const epochs = MINUTES.map((i) => rmc(`100${i}00.00`) + gga(`100${i}00.00`));
const LOG = epochs.join("");
const FIVE = "track 5 from 60.1,7.5";
/** A receiver that has just been switched on: no fix, and a date of its own. */
const cold = (date: string): string => sentence(`GPRMC,235946.00,V,,,,,0.0,0.0,${date},,,N`);

const READ: readonly TrackCase[] = [
  { is: "RMC and GGA", content: LOG, gives: FIVE },
  { is: "LF alone", content: LOG.replaceAll("\r", ""), gives: FIVE },
  { is: "CR alone", content: LOG.replaceAll("\n", ""), gives: FIVE },
  { is: "a byte order mark", content: `\uFEFF${LOG}`, gives: FIVE },
  ...["BD", "GA", "GB", "GI", "GL", "GN", "GQ", "IN", "QZ"].map((talker) => ({
    is: `the talker ${talker}`,
    content: LOG.replaceAll(/\$GP(...)(.*)\*../g, (_all, kind, rest) =>
      sentence(`${talker}${kind}${rest}`).trim(),
    ),
    gives: FIVE,
  })),
  { is: "tag blocks", content: LOG.replaceAll("$", "\\s:gps1*1C\\$"), gives: FIVE },
  {
    is: "a computer's time before each sentence",
    content: LOG.replaceAll("$", "2026-03-01T10:00:00.1Z $"),
    gives: FIVE,
  },
  { is: "no checksums", content: LOG.replaceAll(/\*../g, ""), gives: /holds no fix/ },
  {
    is: "GGA without a date",
    content: MINUTES.map((i) => gga(`100${i}00.00`)).join(""),
    gives: /holds no fix/,
  },
  {
    is: "midnight",
    content: rmc("235959.00", "280226") + rmc("000001.00", "010326"),
    gives: "track 2 from 60.1,7.5",
  },
  {
    is: "a week number that rolls over within the log",
    content: rmc("235959.00", "060419") + rmc("000001.00", "220899"),
    gives: "track 2 from 60.1,7.5",
  },
  { is: "latitudes out of range", content: rmc("100000.00").replace("6006", "9006"), gives: /holds no fix/ },
  // A line's end was lost: the next sentence begins with its "$".
  { is: "all sentences in one line", content: LOG.replaceAll("\r\n", ""), gives: FIVE },
  {
    is: "two sentences in a line",
    content: epochs.map((two) => two.replace("\r\n", "")).join(""),
    gives: FIVE,
  },
  // The date of a receiver without a fix says nothing of the log's year.
  ...["060180", "050180", "220899"].map((date) => ({
    is: `a cold start on ${date}`,
    content: cold(date) + cold(date) + LOG,
    gives: FIVE,
  })),
];

let outcomes: ReadonlyMap<string, string>;
beforeAll(async () => {
  outcomes = await trackOutcomes(".nmea", READ);
});

describe("NMEA logs", () => {
  it.each(READ)("$is", ({ is, gives }) => expect(outcomes.get(is)).toMatch(gives));
});
