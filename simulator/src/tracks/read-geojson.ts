import { z } from "zod";
import { parseTimestamp } from "./parse-timestamp.ts";
import { GarbageCount, type Garbage, type TrackFile } from "./track-problem.ts";
import { TrackBuilder } from "./track.ts";

const position = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]).rest(z.number());
const times = z.array(z.union([z.string(), z.number()]));
const time = z.union([z.string(), z.number()]);

const lineString = z.object({
  geometry: z.object({ type: z.literal("LineString"), coordinates: z.array(position) }),
  properties: z
    .looseObject({
      times: times.optional(),
      coordTimes: times.optional(),
      coordinateProperties: z.object({ times }).optional(),
    })
    .nullish(),
});
const point = z.object({
  geometry: z.object({ type: z.literal("Point"), coordinates: position }),
  properties: z
    .looseObject({ at: time.optional(), time: time.optional(), timestamp: time.optional() })
    .nullish(),
});
const collection = z.object({ type: z.literal("FeatureCollection"), features: z.array(z.unknown()) });

/** Times are ISO 8601 texts, or numbers: seconds since 1970, or milliseconds as some tools write them. */
function secondsOf(value: string | number | undefined): number {
  if (typeof value === "string") return parseTimestamp(value);
  if (value === undefined) return NaN;
  return value > 1e11 ? value / 1000 : value;
}

function nameOf(properties: Record<string, unknown> | null | undefined, otherwise: string): string {
  for (const key of ["tag_id", "tag", "name", "id"]) {
    const value = properties?.[key];
    if (typeof value === "string" && value !== "") return value;
  }
  return otherwise;
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
    const line = lineString.safeParse(feature);
    if (line.success) return this.#addLine(line.data, number);
    const single = point.safeParse(feature);
    if (single.success) return this.#addPoint(single.data);
    return "neither a LineString nor a Point with longitude and latitude in range";
  }

  #addLine({ geometry, properties }: z.infer<typeof lineString>, number: number): string | undefined {
    const given = properties?.times ?? properties?.coordTimes ?? properties?.coordinateProperties?.times;
    if (given?.length !== geometry.coordinates.length) {
      return "properties.times must hold one time for each position of the LineString";
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

/**
 * Reads the text of a GeoJSON file (RFC 7946): a FeatureCollection or one feature. A LineString is a track with a
 * time per position in `properties.times` (or `coordTimes`, `coordinateProperties.times`); Points with a time in
 * `properties.at`, `.timestamp` or `.time` are fixes, one track per `tag_id`, `tag` or `name`.
 */
export function readGeojson(path: string, text: string, garbage: Garbage): TrackFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, problem: { reason: "malformed", path, detail: "the JSON is not well formed" } };
  }
  const many = collection.safeParse(json);
  const count = new GarbageCount(path, garbage, "feature");
  const tracks = new GeojsonTracks();
  for (const [i, feature] of (many.success ? many.data.features : [json]).entries()) {
    const fault = tracks.add(feature, i + 1);
    if (fault !== undefined && !count.add(i + 1, fault)) break;
  }
  return count.file([...tracks.builders.values()].map((builder) => builder.track()));
}
