import type { TagId } from "@purrimeter/protocol/values";
import type { Location, UnreadableSpan } from "@purrimeter/store/location";
import { featureBody, locationBody } from "../locations/location-schema.ts";
import { rfc3339 } from "../lists/rfc3339.ts";
import { csvLine } from "./csv.ts";

/** Formats of a file of locations. */
export const FILE_FORMATS = ["gpx", "geojson", "csv"] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** Media type of each. */
export const MEDIA_TYPES: Readonly<Record<FileFormat, string>> = {
  gpx: "application/gpx+xml",
  geojson: "application/geo+json",
  csv: "text/csv; charset=utf-8",
};

/** Locations of one stretch, page by page, and what of it cannot be read. Read anew for each pass. */
export type ReadPages = () => AsyncIterable<{
  readonly items: readonly Location[];
  readonly unreadable: readonly UnreadableSpan[] | undefined;
}>;

/** The text of a file of locations, a page at a time. No name is in it: nothing needs to be escaped but what we write. */
export function locationFile(format: FileFormat, tag: TagId, pages: ReadPages): AsyncGenerator<string, void> {
  switch (format) {
    case "csv":
      return csvFile(pages);
    case "geojson":
      return geoJsonFile(pages);
    case "gpx":
      return gpxFile(tag, pages);
  }
}

const CSV_HEAD = [
  ...["time", "latitude", "longitude", "accuracy_m", "speed_m_s", "course_deg", "received", "suspect"],
  "withheld_until",
];

/** A stretch that cannot be read is a line without a place that has its end. */
async function* csvFile(pages: ReadPages): AsyncGenerator<string, void> {
  yield csvLine(CSV_HEAD);
  for await (const { items, unreadable = [] } of pages()) {
    let text = "";
    for (const location of items) {
      const { at, lat, lon, accuracyM, speed, course, receivedAt, suspect = null } = locationBody(location);
      text += csvLine([at, lat, lon, accuracyM, speed, course, receivedAt, suspect, null]);
    }
    for (const { from, to } of unreadable)
      text += csvLine([rfc3339(from), null, null, null, null, null, null, null, rfc3339(to)]);
    if (text !== "") yield text;
  }
}

async function* geoJsonFile(pages: ReadPages): AsyncGenerator<string, void> {
  const lost = new Spans();
  let separator = "";
  yield '{"type":"FeatureCollection","features":[';
  for await (const { items, unreadable } of pages()) {
    lost.add(unreadable);
    if (items.length === 0) continue;
    yield separator + items.map((location) => JSON.stringify(featureBody(location))).join(",\n");
    separator = ",\n";
  }
  yield `],"unreadable":${JSON.stringify(lost.all())}}\n`;
}

const GPX = "http://www.topografix.com/GPX/1/1";
/** Namespace of our extensions; a name, not an address that is asked. */
const OURS = "urn:purrimeter:gpx:1";

/** What is not believed is a track of its own, so that no program draws it into the cat's. */
async function* gpxFile(tag: TagId, pages: ReadPages): AsyncGenerator<string, void> {
  const lost = new Spans();
  let hasSuspect = false;
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="Purrimeter" xmlns="${GPX}" xmlns:p="${OURS}">\n`;
  yield `<trk><name>${xmlText(tag)}</name><trkseg>\n`;
  for await (const { items, unreadable } of pages()) {
    lost.add(unreadable);
    hasSuspect ||= items.some(({ doubt }) => doubt !== undefined);
    yield points(items, ({ doubt }) => doubt === undefined);
  }
  yield "</trkseg></trk>\n";
  if (hasSuspect) {
    yield `<trk><name>${xmlText(tag)}: suspect</name><trkseg>\n`;
    for await (const { items } of pages()) yield points(items, ({ doubt }) => doubt !== undefined);
    yield "</trkseg></trk>\n";
  }
  const spans = lost.all().map(({ from, to }) => `<p:withheld from="${from}" to="${to}"/>`);
  if (spans.length > 0) yield `<extensions>${spans.join("")}</extensions>\n`;
  yield "</gpx>\n";
}

function points(items: readonly Location[], isWanted: (location: Location) => boolean): string {
  return items.filter(isWanted).map(pointOf).join("");
}

/** Degrees with all digits that are stored, never with an exponent, which the schema's decimals do not have. */
function decimal(degrees: number): string {
  return degrees.toFixed(7);
}

function pointOf(location: Location): string {
  const { at, lat, lon, accuracyM, speed, course, receivedAt, suspect } = locationBody(location);
  const more = [
    `<p:accuracyM>${accuracyM}</p:accuracyM>`,
    speed === null ? "" : `<p:speed>${speed}</p:speed>`,
    course === null ? "" : `<p:course>${course}</p:course>`,
    `<p:received>${receivedAt}</p:received>`,
    suspect === undefined ? "" : `<p:suspect>${suspect}</p:suspect>`,
  ].join("");
  return `<trkpt lat="${decimal(lat)}" lon="${decimal(lon)}"><time>${at}</time><extensions>${more}</extensions></trkpt>\n`;
}

/** A text in XML. Characters that XML 1.0 has no way to write are left out. */
function xmlText(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** Stretches that cannot be read, at most so many: what is damaged is few, and memory is bounded all the same. */
const MAX_SPANS = 10_000;

class Spans {
  readonly #spans: { from: string; to: string }[] = [];

  add(spans: readonly UnreadableSpan[] | undefined): void {
    for (const { from, to } of spans ?? []) {
      const span = { from: rfc3339(from), to: rfc3339(to) };
      const last = this.#spans.at(-1);
      // A stretch that lasts longer than a page is on the next one too.
      if (last !== undefined && last.from === span.from && last.to === span.to) continue;
      if (this.#spans.length < MAX_SPANS) this.#spans.push(span);
      else if (last !== undefined) last.to = span.to;
    }
  }

  all(): readonly { readonly from: string; readonly to: string }[] {
    return this.#spans;
  }
}
