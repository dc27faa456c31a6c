import { beforeAll, describe, expect, it } from "vitest";
import { trackOutcomes, type TrackCase } from "./testing/track-outcomes.ts";

const STEPS = [0, 1, 2, 3];
const POSITIONS = STEPS.map((i) => [7.5 + i / 10_000, 60.1, 1_200]);
const TIMES = STEPS.map((i) => `2026-03-01T10:0${i}:00Z`);
const SECONDS = STEPS.map((i) => 1_772_359_200 + i * 60);

const feature = (geometry: unknown, properties: unknown = {}): object => ({
  type: "Feature",
  geometry,
  properties,
});
const collection = (...features: unknown[]): object => ({ type: "FeatureCollection", features });
const text = (...features: unknown[]): string => JSON.stringify(collection(...features));
const point = (i: number, properties: unknown): object =>
  feature({ type: "Point", coordinates: POSITIONS[i] }, properties);
const points = (property: string, value: (i: number) => unknown): string =>
  text(...STEPS.map((i) => point(i, { [property]: value(i) })));

const LINE = feature({ type: "LineString", coordinates: POSITIONS }, { name: "Mimi", times: TIMES });
const MIMI = "Mimi 4 from 60.1,7.5";

const READ: readonly TrackCase[] = [
  { is: "a line with times", content: text(LINE), gives: MIMI },
  {
    is: "points with seconds",
    content: points("timestamp", (i) => SECONDS[i]),
    gives: /^\w+ 4 from 60.1,7.5$/,
  },
  {
    is: "points with milliseconds",
    content: points("timestamp", (i) => (SECONDS[i] ?? 0) * 1_000),
    gives: /^\w+ 4 from 60.1,7.5$/,
  },
  {
    is: "a line across the date line",
    content: text(
      feature(
        { type: "LineString", coordinates: [[179.9999, 60.1], [-179.9999, 60.1]] }, // prettier-ignore
        { name: "Mimi", times: TIMES.slice(0, 2) },
      ),
    ),
    gives: "Mimi 2 from 60.1,179.9999",
  },
  {
    is: "a point without time beside a line",
    content: text(LINE, point(0, { name: "Home" })),
    gives: `${MIMI}; skipped 1, feature 2: the Point has no time`,
    garbage: "skip",
  },
  { is: "no feature", content: text(), gives: /holds no fix/ },
  {
    is: "metres instead of degrees",
    content: text(feature({ type: "Point", coordinates: [834_896, 8_422_000] }, { time: TIMES[0] })),
    gives: /feature 1: .*longitude and latitude in range/,
  },
];

const multi = feature(
  { type: "MultiLineString", coordinates: [POSITIONS.slice(0, 2), POSITIONS.slice(2)] },
  { name: "Mimi", coordTimes: [TIMES.slice(0, 2), TIMES.slice(2)] },
);
const multiPoint = feature({ type: "MultiPoint", coordinates: POSITIONS }, { name: "Mimi", times: TIMES });
const fourth = feature(
  { type: "LineString", coordinates: POSITIONS.map((position, i) => [...position, SECONDS[i]]) },
  { name: "Mimi" },
);
const lines = STEPS.map((i) => `${JSON.stringify(point(i, { name: "Mimi", time: TIMES[i] }))}\n`);

/** What other programs write, and what is wrong in files. */
const ODD: readonly TrackCase[] = [
  // A feature may have no place (RFC 7946, section 3.2): nothing is wrong with the file.
  { is: "an unlocated feature", content: text(feature(null, { name: "note" }), LINE), gives: MIMI },
  // Read, or named as what they are.
  { is: "a MultiLineString", content: text(multi), gives: /^Mimi 4|MultiLineString/ },
  { is: "a MultiPoint", content: text(multiPoint), gives: /^Mimi 4|MultiPoint/ },
  { is: "a time as fourth number", content: text(fourth), gives: /^Mimi 4|fourth/ },
  {
    is: "a text sequence (RFC 8142)",
    content: lines.map((line) => `\u001E${line}`).join(""),
    gives: /^\w+ 4|sequence/,
  },
  { is: "one feature a line", content: lines.join(""), gives: /^\w+ 4|one \w+ (a|per) line|newline/ },
  // A reader may pass over a byte order mark (RFC 8259, section 8.1).
  { is: "a byte order mark", content: `\uFEFF${text(LINE)}`, gives: MIMI },
  // Read, or said of what was there: not "no time".
  {
    is: "seconds as a text",
    content: points("timestamp", (i) => String(SECONDS[i])),
    gives: /^\w+ 4|timestamp.*is no time/,
  },
  // A number is an identifier as a text is.
  {
    is: "two tags with numbers",
    content: text(...STEPS.map((i) => point(i, { tag_id: 10 + (i % 2), timestamp: SECONDS[i] }))),
    gives: /^10 2 from \S+; 11 2 from/,
  },
  // Read by its byte order mark, or named as what it is.
  { is: "UTF-16", content: Buffer.from(`\uFEFF${text(LINE)}`, "utf16le"), gives: /^Mimi 4|UTF-16/ },
];

let outcomes: ReadonlyMap<string, string>;
beforeAll(async () => {
  outcomes = await trackOutcomes(".geojson", [...READ, ...ODD]);
});

describe("GeoJSON files", () => {
  it.each([...READ, ...ODD])("$is", ({ is, gives }) => expect(outcomes.get(is)).toMatch(gives));
});
