import { XMLParser, XMLValidator } from "fast-xml-parser";
import { parseTimestamp } from "./parse-timestamp.ts";
import { degreesWithin, quoted } from "./read-movebank.ts";
import { GarbageCount, type Garbage, type TrackFile } from "./track-problem.ts";
import { TrackBuilder } from "./track.ts";

/** What the parser returns for a GPX file; every value is text, every listed element an array. */
interface GpxPoint {
  readonly "@lat"?: string;
  readonly "@lon"?: string;
  readonly time?: unknown;
}
interface GpxTrack {
  readonly name?: unknown;
  readonly trkseg?: readonly ({ readonly trkpt?: readonly GpxPoint[] } | string)[];
}
interface Gpx {
  readonly gpx?: { readonly trk?: readonly (GpxTrack | string)[] } | string;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  removeNSPrefix: true,
  isArray: (name) => name === "trk" || name === "trkseg" || name === "trkpt",
});

function lineOfNth(text: string, needle: string, nth: number): number {
  let at = -1;
  for (let i = 0; i <= nth; i++) at = text.indexOf(needle, at + 1);
  return at < 0 ? 0 : text.slice(0, at).split("\n").length;
}

function faultOf(point: GpxPoint, add: (at: number, lat: number, lon: number) => void): string | undefined {
  const lat = degreesWithin(point["@lat"] ?? "", 90);
  if (Number.isNaN(lat)) return `lat ${quoted(point["@lat"] ?? "")} is no latitude`;
  const lon = degreesWithin(point["@lon"] ?? "", 180);
  if (Number.isNaN(lon)) return `lon ${quoted(point["@lon"] ?? "")} is no longitude`;
  if (typeof point.time !== "string") return "the point has no time";
  const at = parseTimestamp(point.time);
  if (!(at >= 0)) return `time ${quoted(point.time)} is no time`;
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
  if (text.includes("<!DOCTYPE") || text.includes("<!ENTITY")) {
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
  const { gpx } = parser.parse(text) as Gpx;
  if (typeof gpx !== "object") return { ok: false, problem: { reason: "unknown-format", path } };
  return readTracks(path, text, elements(gpx.trk), garbage);
}

function readTracks(path: string, text: string, gpxTracks: readonly GpxTrack[], garbage: Garbage): TrackFile {
  const count = new GarbageCount(path, garbage);
  const builders: TrackBuilder[] = [];
  let points = 0;
  for (const [i, gpxTrack] of gpxTracks.entries()) {
    const builder = new TrackBuilder(typeof gpxTrack.name === "string" ? gpxTrack.name : `track-${i + 1}`);
    builders.push(builder);
    for (const point of elements(gpxTrack.trkseg).flatMap((segment) => segment.trkpt ?? [])) {
      const fault = faultOf(point, (at, lat, lon) => builder.add(at, lat, lon, NaN, false));
      const goOn = fault === undefined || count.add(lineOfNth(text, "<trkpt", points), fault);
      if (!goOn) return count.file([]);
      points++;
    }
  }
  return count.file(builders.map((builder) => builder.track()));
}
