import { beforeAll, describe, expect, it } from "vitest";
import { trackOutcomes, type TrackCase } from "./testing/track-outcomes.ts";

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';
const GPX = '<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1" xmlns:x="urn:x">';

const minute = (i: number): string => `<time>2026-03-01T10:0${i}:00Z</time>`;
const point = (i: number, inside = minute(i)): string =>
  `<trkpt lat="60.1000${i}" lon="7.5"><ele>12</ele>${inside}</trkpt>`;
const points = [0, 1, 2, 3, 4].map((i) => point(i)).join("\n");
const at = (lat: string, lon = "7.5"): string => `<trkpt lat="${lat}" lon="${lon}">${minute(0)}</trkpt>`;
const track = (body: string, name = "<name>Walk</name>"): string =>
  `${HEAD}${GPX}<trk>${name}<trkseg>${body}</trkseg></trk></gpx>`;
const prefixed = (text: string): string =>
  text.replace("xmlns=", "xmlns:g=").replaceAll(/<(\/?)(?=[a-z])/g, "<$1g:");
const WALK = "Walk 5 from 60.1,7.5";

const READ: readonly TrackCase[] = [
  { is: "an ordinary file", content: track(points), gives: WALK },
  { is: "a byte order mark", content: `\uFEFF${track(points)}`, gives: WALK },
  { is: "CRLF", content: track(points).replaceAll("\n", "\r\n"), gives: WALK },
  { is: "a prefixed namespace", content: prefixed(track(points)), gives: /^\S+ 5 from/ },
  {
    is: "way points alone",
    content: track(points)
      .replaceAll(/<\/?(trk|trkseg)>|<name>.*?<\/name>/g, "")
      .replaceAll("trkpt", "wpt"),
    gives: /holds no fix/,
  },
  {
    is: "a route alone",
    content: track(points)
      .replaceAll(/<\/?trkseg>/g, "")
      .replaceAll("trk", "rte"),
    gives: /holds no fix/,
  },
  {
    is: "a point without time",
    content: track(point(0) + point(1, "")),
    gives: /line 2: the point has no time/,
  },
  {
    is: "a point without time, skipped",
    content: track(point(0) + point(1, "")),
    gives: "Walk 1 from 60.1,7.5; skipped 1, line 2: the point has no time",
    garbage: "skip",
  },
  { is: "empty segments", content: track(`</trkseg><trkseg/><trkseg>${points}`), gives: WALK },
  { is: "empty tracks", content: track(points).replace("<trk>", "<trk/><trk></trk><trk>"), gives: WALK },
  {
    is: "a name in CDATA",
    content: track(points, "<name><![CDATA[Mo & <b>Mi</b>]]></name>"),
    gives: "Mo & <b>Mi</b> 5 from 60.1,7.5",
  },
  {
    is: "an offset from UTC",
    content: track(point(0, "<time>2026-03-01T12:00:00+02:00</time>")),
    gives: /^Walk 1/,
  },
  {
    is: "nanoseconds",
    content: track(point(0, "<time>2026-03-01T10:00:00.123456789Z</time>")),
    gives: /^Walk 1/,
  },
  { is: "a leap second", content: track(point(0, "<time>2016-12-31T23:59:60Z</time>")), gives: /^Walk 1/ },
  {
    is: "white space round a time",
    content: track(point(0, `<time>\n ${minute(0).slice(6, 26)}\n</time>`)),
    gives: /^Walk 1/,
  },
  { is: "a time without digits", content: track(point(0, "<time/>")), gives: /line 2: time "" is no time/ },
  { is: "a decimal comma", content: track(at("60,1")), gives: /lat "60,1" is no latitude/ },
  { is: "a document type", content: track(points).replace(HEAD, "<!DOCTYPE gpx>\n"), gives: /document type/ },
  {
    is: "a file that ends too early",
    content: track(points).slice(0, 300),
    gives: /the XML is not well formed/,
  },
  { is: "a comment", content: track(`<!-- <trkpt lat="x"> -->${points}`), gives: WALK },
  {
    is: "two tracks of one name",
    content: track(`${points}</trkseg></trk><trk><name>Walk</name><trkseg>${point(5)}`),
    gives: `${WALK}; Walk 1 from 60.10005,7.5`,
  },
];

const utf16 = (text: string): Uint8Array =>
  Buffer.from(`\uFEFF${text.replace("UTF-8", "UTF-16")}`, "utf16le");
const latin1 = (text: string): Uint8Array => Buffer.from(text.replace("UTF-8", "ISO-8859-1"), "latin1");
const manyDates = (one: string): string =>
  track([point(0, `<time>${one}</time>`), ...[1, 2, 3, 4].map((i) => point(i))].join("\n"));

/** What other programs write, and what is wrong in files. */
const ODD: readonly TrackCase[] = [
  // Character and entity references of a name are the characters that they stand for (XML 1.0, section 4.1).
  {
    is: "references in a name",
    content: track(points, "<name>Mo &amp; Mi &#x1F408; &#233;</name>"),
    gives: "Mo & Mi \u{1F408} é 5 from 60.1,7.5",
  },
  // Latitudes are xsd:decimal, which allows a sign and no digit on one side of the point.
  { is: "a plus sign", content: track(at("+60.1", "+7.5")), gives: "Walk 1 from 60.1,7.5" },
  { is: "no digit on one side of the point", content: track(at("51.", ".05")), gives: "Walk 1 from 51,0.05" },
  // Text inside CDATA declares nothing.
  {
    is: "a document type inside CDATA",
    content: track(points, "<name><![CDATA[on <!DOCTYPE html>]]></name>"),
    gives: /^on <!DOCTYPE html> 5/,
  },
  // Elements and attributes of another namespace are not GPX's.
  {
    is: "a time of another namespace",
    content: track([0, 1, 2, 3, 4].map((i) => point(i, `${minute(i)}<x:time>noon</x:time>`)).join("")),
    gives: WALK,
  },
  {
    is: "a latitude of another namespace",
    content: track(at("60.1").replace(">", ' x:lat="61.5">')),
    gives: "Walk 1 from 60.1,7.5",
  },
  // Read by the declared encoding, or named as what it is.
  { is: "UTF-16", content: utf16(track(points)), gives: /^Walk 5|UTF-16/ },
  { is: "ISO-8859-1", content: latin1(track(points, "<name>Café</name>")), gives: /^Café 5|ISO-8859-1/ },
  // A date decades away from all others is named: a replay would last as long.
  { is: "a stray date of 1970", content: manyDates("1970-01-01T00:00:00Z"), gives: /1970-01-01/ },
  { is: "a stray date of 2099", content: manyDates("2099-01-01T00:00:00Z"), gives: /2099-01-01/ },
  // The fault is in line 5.
  {
    is: "a fault's line under a prefixed namespace",
    content: prefixed(track(`\n${point(0)}\n\n${point(1, "")}`)),
    gives: /line 5: the point has no time/,
  },
];

let outcomes: ReadonlyMap<string, string>;
beforeAll(async () => {
  outcomes = await trackOutcomes(".gpx", [...READ, ...ODD]);
});

describe("GPX files", () => {
  it.each([...READ, ...ODD])("$is", ({ is, gives }) => expect(outcomes.get(is)).toMatch(gives));
});
