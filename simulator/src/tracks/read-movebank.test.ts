import { beforeAll, describe, expect, it } from "vitest";
import { trackOutcomes, type TrackCase } from "./testing/track-outcomes.ts";

const HEAD = "tag_id,timestamp,location_long,location_lat";
const csv = (...rows: string[]): string => [HEAD, ...rows, ""].join("\n");
const MOVEBANK =
  "event-id,visible,timestamp,location-long,location-lat,sensor-type,tag-local-identifier,individual-local-identifier";
const ROWS = [0, 1, 2].map(
  (i) => `${i},true,2026-03-01 10:0${i}:00.000,7.500${i},60.1,"gps","T 1","Mimi, grey"`,
);
const movebank = (...rows: string[]): string => [MOVEBANK, ...rows, ""].join("\n");
const utf16 = (text: string): Uint8Array => Buffer.from(`\uFEFF${text}`, "utf16le");
const MIMI = "Mimi, grey 3 from 60.1,7.5";

const READ: readonly TrackCase[] = [
  { is: "Movebank's export", content: movebank(...ROWS), gives: MIMI },
  {
    is: "a byte order mark and CRLF",
    content: `\uFEFF${movebank(...ROWS)}`.replaceAll("\n", "\r\n"),
    gives: MIMI,
  },
  {
    is: "every field in quotes",
    content: csv("T1,2026-03-01 10:00:00,7.5,60.1").replaceAll(/[^,\n]+/g, '"$&"'),
    gives: "T1 1 from 60.1,7.5",
  },
  {
    is: "a row without a place, refused",
    content: movebank(ROWS[0]!, "1,true,2026-03-01 10:01:00,,,acceleration,T 1,Mimi", ROWS[2]!),
    gives: 'line 3: location_lat "" is no latitude',
  },
  {
    is: "a row without a place, skipped",
    content: movebank(ROWS[0]!, "1,true,2026-03-01 10:01:00,,,acceleration,T 1,Mimi", ROWS[2]!),
    gives: 'Mimi, grey 2 from 60.1,7.5; skipped 1, line 3: location_lat "" is no latitude',
    garbage: "skip",
  },
  {
    is: "a local time before the time",
    content:
      "tag_id,study-local-timestamp,timestamp,location_long,location_lat\nT1,2026-03-01 12:00:00,2026-03-01 10:00:00,7.5,60.1\n",
    gives: "T1 1 from 60.1,7.5",
  },
  {
    is: "local times alone",
    content: csv("T1,2026-03-01 12:00:00,7.5,60.1").replace("timestamp", "study-local-timestamp"),
    gives: "there is no column timestamp",
  },
  {
    is: "a tag that another cat wore later",
    content: movebank(...ROWS, ROWS[0]!.replace("Mimi, grey", "Momo")),
    gives: `${MIMI}; Momo 1 from 60.1,7.5`,
  },
  { is: "numbers as names", content: csv("17,2026-03-01 10:00:00,7.5,60.1"), gives: "17 1 from 60.1,7.5" },
  { is: "an exponent", content: csv("T1,2026-03-01 10:00:00,-5e-05,51.5"), gives: "T1 1 from 51.5,-0.00005" },
  {
    is: "a decimal comma",
    content: csv('T1,2026-03-01 10:00:00,"7,5","60,1"'),
    gives: 'location_lat "60,1" is no latitude',
  },
  { is: "a date with slashes", content: csv("T1,01/03/2026 10:00:00,7.5,60.1"), gives: "is no time" },
  { is: "UTF-16 with a byte order mark", content: utf16(movebank(...ROWS)), gives: MIMI },
  // Spaces after commas, and a comma at each line's end.
  {
    is: "spaces after commas",
    content: csv("T1,2026-03-01 10:00:00,7.5,60.1", "T1,2026-03-01 10:01:00,7.5001,60.1")
      .replaceAll(",", ", ")
      .replaceAll("\n", ",\n"),
    gives: "T1 2 from 60.1,7.5",
  },
  // xsd:decimal allows a sign and no digit on one side of the point.
  {
    is: "a plus sign and no digit before the point",
    content: csv("T1,2026-03-01 10:00:00,-.05,+51.5", "T1,2026-03-01 10:01:00,-.0501,+51.5"),
    gives: "T1 2 from 51.5,-0.05",
  },
];

let outcomes: ReadonlyMap<string, string>;
beforeAll(async () => {
  outcomes = await trackOutcomes(".csv", READ);
});

describe("Movebank CSV files", () => {
  it.each(READ)("$is", ({ is, gives }) => expect(outcomes.get(is)).toMatch(gives));
});
