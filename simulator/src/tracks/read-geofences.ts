import { readFile } from "node:fs/promises";
import {
  MAX_GEOFENCES,
  MAX_RADIUS_CM,
  MAX_TAG_VERTICES,
  MAX_VERTICES,
  MIN_RADIUS_CM,
  MIN_VERTICES,
} from "@purrimeter/protocol/limits";
import type { GeofenceSetting } from "@purrimeter/protocol/messages";
import {
  latE7FromDegrees,
  lonE7FromDegrees,
  type GeofenceRef,
  type LatE7,
  type LonE7,
} from "@purrimeter/protocol/values";
import { z } from "zod";
import { decodeText } from "./decode-text.ts";
import { ringFault } from "./ring-fault.ts";

/** A geofence with the name from its file. */
export interface NamedGeofence {
  readonly name: string;
  readonly setting: GeofenceSetting;
}

/** The contents of a file of geofences, or the problem as a sentence for a person. */
export type GeofenceFile =
  | { readonly ok: true; readonly geofences: readonly NamedGeofence[] }
  | {
      readonly ok: false;
      readonly problem: string;
      /** "name: reason" of a ring that has no inside. */
      readonly refusal?: string;
    };

const position = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]).rest(z.number());
const MIN_RADIUS_M = MIN_RADIUS_CM / 100;
const MAX_RADIUS_M = MAX_RADIUS_CM / 100;

/** Radius of a circle in metres, in the range that the tag accepts. */
export const radiusSchema = z.number().min(MIN_RADIUS_M).max(MAX_RADIUS_M);

const polygon = z.object({
  type: z.literal("Polygon"),
  coordinates: z.tuple([
    z
      .array(position)
      .min(MIN_VERTICES + 1)
      .max(MAX_VERTICES + 1),
  ]),
});
const circle = z.object({ type: z.literal("Circle"), center: position, radiusM: radiusSchema });
const point = z.object({ type: z.literal("Point"), coordinates: position });

const feature = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  geometry: z.union([polygon, circle, point]),
  properties: z.looseObject({ name: z.string().optional(), radiusM: radiusSchema.optional() }).nullish(),
});
const unlocated = z.object({ type: z.literal("Feature"), geometry: z.null() });
const collection = z.object({ type: z.literal("FeatureCollection"), features: z.array(z.unknown()) });

function e7([lon, lat]: z.infer<typeof position>): { latE7: LatE7; lonE7: LonE7 } {
  return { latE7: latE7FromDegrees(lat)!, lonE7: lonE7FromDegrees(lon)! };
}

/** A circle in the units of the tag; degrees within range, `radiusM` as in `radiusSchema`. */
export function circleSetting(
  ref: number,
  lonLat: readonly [number, number],
  radiusM: number,
): GeofenceSetting {
  return { kind: "circle", ref: ref as GeofenceRef, ...e7([...lonLat]), radiusCm: Math.round(radiusM * 100) };
}

function settingOf({ geometry, properties }: z.infer<typeof feature>, ref: number): GeofenceSetting | string {
  if (geometry.type === "Circle")
    return circleSetting(ref, [geometry.center[0], geometry.center[1]], geometry.radiusM);
  if (geometry.type === "Point") {
    const [lon, lat] = geometry.coordinates;
    if (properties?.radiusM === undefined) return "a Point needs properties.radiusM";
    return circleSetting(ref, [lon, lat], properties.radiusM);
  }
  const ring = geometry.coordinates[0].map(e7);
  const [first, last] = [ring[0], ring.at(-1)];
  if (first?.latE7 !== last?.latE7 || first?.lonE7 !== last?.lonE7) return "the ring is not closed";
  const vertices = ring.slice(0, -1);
  return { kind: "polygon", ref: ref as GeofenceRef, vertices };
}

const RING_FAULTS = {
  degenerate: "the ring has fewer than three corners",
  "crosses-itself": "the ring crosses itself",
} as const;

function geofencesOf(json: unknown): GeofenceFile {
  const many = collection.safeParse(json);
  const geofences: NamedGeofence[] = [];
  for (const [i, one] of (many.success ? many.data.features : [json]).entries()) {
    // A feature without a place is valid (RFC 7946, section 3.2), and no geofence.
    if (unlocated.safeParse(one).success) continue;
    const parsed = feature.safeParse(one);
    if (!parsed.success) {
      const detail = `neither a Polygon of one closed ring nor a Point or Circle with a radius of ${MIN_RADIUS_M} to ${MAX_RADIUS_M} m`;
      return { ok: false, problem: `feature ${i + 1} is ${detail}` };
    }
    const setting = settingOf(parsed.data, geofences.length);
    if (typeof setting === "string") return { ok: false, problem: `feature ${i + 1}: ${setting}` };
    const name = parsed.data.properties?.name ?? String(parsed.data.id ?? `geofence-${i + 1}`);
    const fault = setting.kind === "polygon" ? ringFault(setting.vertices) : undefined;
    if (fault !== undefined)
      return { ok: false, problem: `feature ${i + 1}: ${RING_FAULTS[fault]}`, refusal: `${name}: ${fault}` };
    geofences.push({ name, setting });
  }
  const vertices = geofences.reduce(
    (sum, { setting }) => sum + (setting.kind === "polygon" ? setting.vertices.length : 0),
    0,
  );
  if (geofences.length === 0 || geofences.length > MAX_GEOFENCES || vertices > MAX_TAG_VERTICES) {
    return {
      ok: false,
      problem: `a tag takes 1 to ${MAX_GEOFENCES} geofences of ${MAX_TAG_VERTICES} vertices in all`,
    };
  }
  return { ok: true, geofences };
}

/**
 * Reads geofences from GeoJSON: a FeatureCollection or one feature; Polygons of one ring, Points with
 * `properties.radiusM`, or the API's own `{"type":"Circle","center":[lon,lat],"radiusM":75}`.
 */
export async function readGeofences(path: string): Promise<GeofenceFile> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => error);
  if (bytes instanceof Error) {
    const missing = bytes.code === "ENOENT";
    return {
      ok: false,
      problem: missing ? `There is no file ${path}.` : `${path} cannot be read: ${bytes.code}.`,
    };
  }
  const decoded = decodeText(bytes);
  if ("fault" in decoded) return { ok: false, problem: `${path}: ${decoded.fault}.` };
  try {
    const file = geofencesOf(JSON.parse(decoded.text));
    return file.ok ? file : { ...file, problem: `${path}: ${file.problem}.` };
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, problem: `${path}: the JSON is not well formed.` };
    throw error;
  }
}
