import { z } from "zod";
import { parseTimestamp } from "./parse-timestamp.ts";
import { GarbageCount, type Garbage, type TrackFile } from "./track-problem.ts";
import { TrackBuilder } from "./track.ts";

const position = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]).rest(z.number());
const times = z.array(z.union([z.string(), z.number()]));
const time = z.union([z.string(), z.number()]);

const lineProperties = z
  .looseObject({
    times: times.optional(),
    coordTimes: times.optional(),
    coordinateProperties: z.object({ times }).optional(),
  })
  .nullish();
const lineString = z.object({
  geometry: z.object({ type: z.literal("LineString"), coordinates: z.array(position) }),
  properties: lineProperties,
});
const manyTimes = z.array(times);
const multiLineString = z.object({
  geometry: z.object({ type: z.literal("MultiLineString"), coordinates: z.array(z.array(position)) }),
  properties: z.looseObject({ times: manyTimes.optional(), coordTimes: manyTimes.optional() }).nullish(),
});
const unlocated = z.object({ type: z.literal("Feature"), geometry: z.null() });
const point = z.object({
  geometry: z.object({ type: z.literal("Point"), coordinates: position }),
  properties: z
    .looseObject({ at: time.optional(), time: time.optional(), timestamp: time.optional() })
    .nullish(),
});
const collection = z.object({ type: z.literal("FeatureCollection"), features: z.array(z.unknown()) });

/** From 1973 in seconds to 2286 in milliseconds. */
const SECONDS_AS_TEXT = /^\d{9,13}$/;

/**
 * Times are ISO 8601 texts, or numbers, also as texts: seconds since 1970, or milliseconds as some tools write them.
 */
function secondsOf(value: string | number | undefined): number {
  if (typeof value === "string")
    return SECONDS_AS_TEXT.test(value) ? secondsOf(Number(value)) : parseTimestamp(value);
  if (value === undefined) return NaN;
  return value > 1e11 ? value / 1000 : value;
}

function nameOf(properties: Record<string, unknown> | null | undefined, otherwise: string): string {
  for (const key of ["tag_id", "tag", "name", "id"]) {
    const value = properties?.[key];
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "number") return String(value);
  }
  return otherwise;
}

/** A line of several parts as one, as segments of a GPX track are. */
function joined({ geometry, properties }: z.infer<typeof multiLineString>): z.infer<typeof lineString> {
  const { times, coordTimes, ...others } = properties ?? {};
  const given = times ?? coordTimes;
  return {
    geometry: { type: "LineString", coordinates: geometry.coordinates.flat() },
    properties: { ...others, ...(given !== undefined && { times: given.flat() }) },
  };
}

const typed = z.object({ geometry: z.object({ type: z.string().max(40) }) });
const READ_TYPES: readonly string[] = ["LineString", "MultiLineString", "Point"];

/** What kind of geometry it is, where that is what is wrong. */
function typeOf(feature: unknown): string {
  const parsed = typed.safeParse(feature);
  const type = parsed.success ? parsed.data.geometry.type : undefined;
  return type === undefined || READ_TYPES.includes(type) ? "" : `it is a ${type}, `;
}

class GeojsonTracks {
  readonly builders = new Map<string, TrackBuilder>();

  #builder(name: string): TrackBuilder {
    const builder = this.builders.get(name) ?? new TrackBuilder(name);
    this.builders.set(name, builder);
    return builder;
  }

  /** Adds the contents of the feature; returns a phrase that describes the fault otherwise. */
  add(feature: unknown, number: number): string | undefined {
    // A feature without a place is valid (RFC 7946, section 3.2), and no fix.
    if (unlocated.safeParse(feature).success) return undefined;
    const line = lineString.safeParse(feature);
    if (line.success) return this.#addLine(line.data, number);
    const lines = multiLineString.safeParse(feature);
    if (lines.success) return this.#addLine(joined(lines.data), number);
    const single = point.safeParse(feature);
    if (single.success) return this.#addPoint(single.data);
    return `${typeOf(feature)}neither a LineString nor a Point with longitude and latitude in range`;
  }

  #addLine({ geometry, properties }: z.infer<typeof lineString>, number: number): string | undefined {
    const given = properties?.times ?? properties?.coordTimes ?? properties?.coordinateProperties?.times;
    if (given?.length !== geometry.coordinates.length) {
      const isFourth = given === undefined && geometry.coordinates.some((numbers) => numbers.length > 3);
      const fourth = isFourth ? "; a fourth number of a position is not read as one" : "";
      return `properties.times must hold one time for each position of the LineString${fourth}`;
    }
    const seconds = given.map(secondsOf);
    if (seconds.some((at) => !(at >= 0))) return "properties.times holds something that is no time";
    const builder = this.#builder(nameOf(properties, `track-${number}`));
    for (const [i, [lon, lat]] of geometry.coordinates.entries())
      builder.add(seconds[i]!, lat, lon, NaN, false);
    return undefined;
  }

  #addPoint({ geometry, properties }: z.infer<typeof point>): string | undefined {
    const at = secondsOf(properties?.at ?? properties?.timestamp ?? properties?.time);
    if (!(at >= 0)) return "the Point has no time in properties.at, .timestamp or .time";
    const [lon, lat] = geometry.coordinates;
    const accuracy = properties?.["accuracyM"];
    const accuracyM = typeof accuracy === "number" && accuracy >= 0 ? accuracy : NaN;
    this.#builder(nameOf(properties, "track")).add(at, lat, lon, accuracyM, false);
    return undefined;
  }
}

function parsed(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** One text in a line each, also with the record separators of a text sequence (RFC 8142). */
function parsedLines(text: string): unknown[] | undefined {
  const all: unknown[] = [];
  for (const line of text.split("\n")) {
    const record = line.replace("\u001E", "").trim();
    if (record === "") continue;
    const one = parsed(record);
    if (one === undefined) return undefined;
    all.push(one.json);
  }
  return all;
}

function featuresOf(text: string): readonly unknown[] | undefined {
  const whole = parsed(text);
  const texts = whole === undefined ? parsedLines(text) : [whole.json];
  return texts?.flatMap((json) => {
    const many = collection.safeParse(json);
    return many.success ? many.data.features : [json];
  });
}

/**
 * Reads the text of a GeoJSON file (RFC 7946): a FeatureCollection or one feature, or several of them, one in a line. A LineString is a track with a
 * time per position in `properties.times` (or `coordTimes`, `coordinateProperties.times`), a MultiLineString the same with nested times; Points with a time in
 * `properties.at`, `.timestamp` or `.time` are fixes, one track per `tag_id`, `tag` or `name`.
 */
export function readGeojson(path: string, text: string, garbage: Garbage): TrackFile {
  const features = featuresOf(text);
  if (features === undefined)
    return { ok: false, problem: { reason: "malformed", path, detail: "the JSON is not well formed" } };
  const count = new GarbageCount(path, garbage, "feature");
  const tracks = new GeojsonTracks();
  for (const [i, feature] of features.entries()) {
    const fault = tracks.add(feature, i + 1);
    if (fault !== undefined && !count.add(i + 1, fault)) break;
  }
  return count.file([...tracks.builders.values()].map((builder) => builder.track()));
}
