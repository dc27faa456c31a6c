import { XMLParser, XMLValidator } from "fast-xml-parser";
import { parseTimestamp } from "./parse-timestamp.ts";
import { degreesWithin, quoted } from "./read-movebank.ts";
import { GarbageCount, type Garbage, type TrackFile } from "./track-problem.ts";
import { TrackBuilder } from "./track.ts";
import { markupOf, TagLines, withReferences } from "./xml-text.ts";

/** Text, or text beside CDATA. */
type XmlText = string | { readonly "#text"?: string; readonly "#cdata"?: string | readonly string[] };

/** What the parser returns for a GPX file; every value is text, every listed element an array. */
interface GpxPoint {
  readonly "@lat"?: string;
  readonly "@lon"?: string;
  readonly time?: XmlText;
}
interface GpxTrack {
  readonly name?: XmlText;
  readonly trkseg?: readonly ({ readonly trkpt?: readonly GpxPoint[] } | string)[];
}
interface Gpx {
  readonly gpx?: { readonly trk?: readonly (GpxTrack | string)[] } | string;
}

/** The prefix of GPX's elements with its colon: the root's. */
function prefixOf(markup: string): string {
  return /<(|[\w.-]+:)gpx[\s>/]/.exec(markup)?.[1] ?? "";
}

/** Names of GPX's elements become plain; those of other namespaces become none that is asked for. */
function parserOf(prefix: string): XMLParser {
  return new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    cdataPropName: "#cdata",
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    transformTagName: (name) => (name.startsWith(prefix) ? name.slice(prefix.length) : `:${name}`),
    isArray: (name) => name === "trk" || name === "trkseg" || name === "trkpt",
  });
}

/** The characters of an element; undefined where it is missing or holds elements only. */
function textOf(value: XmlText | undefined): string | undefined {
  if (typeof value === "string") return withReferences(value);
  if (typeof value !== "object") return undefined;
  const cdata = value["#cdata"] ?? [];
  return withReferences(value["#text"] ?? "") + (typeof cdata === "string" ? cdata : cdata.join(""));
}

function faultOf(point: GpxPoint, add: (at: number, lat: number, lon: number) => void): string | undefined {
  const lat = degreesWithin(point["@lat"] ?? "", 90);
  if (Number.isNaN(lat)) return `lat ${quoted(point["@lat"] ?? "")} is no latitude`;
  const lon = degreesWithin(point["@lon"] ?? "", 180);
  if (Number.isNaN(lon)) return `lon ${quoted(point["@lon"] ?? "")} is no longitude`;
  const time = textOf(point.time);
  if (time === undefined) return "the point has no time";
  const at = parseTimestamp(time);
  if (!(at >= 0)) return `time ${quoted(time)} is no time`;
  add(at, lat, lon);
  return undefined;
}

function elements<T extends object>(list: readonly (T | string)[] | undefined): readonly T[] {
  return (list ?? []).filter((element): element is T => typeof element === "object");
}

/**
 * Reads the text of a GPX 1.0 or 1.1 file: one track per `trk`, its segments joined. A document type declaration is
 * refused and entities are left as they are, so a file can neither fetch nor multiply anything.
 */
export function readGpx(path: string, text: string, garbage: Garbage): TrackFile {
  const markup = markupOf(text);
  if (markup.includes("<!DOCTYPE") || markup.includes("<!ENTITY")) {
    return {
      ok: false,
      problem: { reason: "malformed", path, detail: "document type declarations are not read" },
    };
  }
  const valid = XMLValidator.validate(text);
  if (valid !== true) {
    const detail = "the XML is not well formed";
    return { ok: false, problem: { reason: "malformed", path, line: valid.err.line, detail } };
  }
  const prefix = prefixOf(markup);
  const { gpx } = parserOf(prefix).parse(text) as Gpx;
  if (typeof gpx !== "object") return { ok: false, problem: { reason: "unknown-format", path } };
  const lines = new TagLines(markup, `${prefix}trkpt`);
  return readTracks(path, lines, elements(gpx.trk), garbage);
}

function readTracks(
  path: string,
  lines: TagLines,
  gpxTracks: readonly GpxTrack[],
  garbage: Garbage,
): TrackFile {
  const count = new GarbageCount(path, garbage);
  const builders: TrackBuilder[] = [];
  let points = 0;
  for (const [i, gpxTrack] of gpxTracks.entries()) {
    const builder = new TrackBuilder(textOf(gpxTrack.name) ?? `track-${i + 1}`);
    builders.push(builder);
    for (const point of elements(gpxTrack.trkseg).flatMap((segment) => segment.trkpt ?? [])) {
      const fault = faultOf(point, (at, lat, lon) => builder.add(at, lat, lon, NaN, false));
      const goOn = fault === undefined || count.add(lines.lineOf(points), fault);
      if (!goOn) return count.file([]);
      points++;
    }
  }
  return count.file(builders.map((builder) => builder.track()));
}
