import { CborReader } from "./cbor/cbor-reader.ts";
import { CborWriter } from "./cbor/cbor-writer.ts";
import type { Decoded } from "./decode-error.ts";
import {
  FIRST_WIRE_VERSION,
  MAX_LOST_BUZZ_S,
  MAX_LOST_FLOOR_PERCENT,
  MAX_LOST_INTERVAL_S,
  MIN_LOST_FLOOR_PERCENT,
  MIN_LOST_INTERVAL_S,
  MAX_GEOFENCES,
  MAX_RADIUS_CM,
  MAX_SETTINGS_BYTES,
  MAX_TAG_VERTICES,
  MAX_VERTICES,
  MIN_RADIUS_CM,
  MIN_VERTICES,
  WIRE_VERSION,
} from "./limits.ts";
import { lonDeltaE7, wrapLonE7 } from "./lon-delta.ts";
import type {
  CircleSetting,
  Detection,
  GeofenceSetting,
  LostMode,
  PolygonSetting,
  Settings,
} from "./messages.ts";
import {
  asLatE7,
  MAX_LAT_E7,
  MAX_LON_E7,
  MAX_UINT32,
  type GeofenceRef,
  type LatE7,
  type LonE7,
} from "./values.ts";
import { writeVarint, zigzag } from "./cbor/varint.ts";

const POLYGON = 0;
const CIRCLE = 1;
const SECONDS_OF_A_DAY = 86_400;

/** Index = code on the wire. */
const DETECTIONS: readonly Detection[] = ["quick", "usual", "quiet"];

/** Two varints of at most five bytes a vertex. */
const VERTEX_ROOM_BYTES = 10;

/**
 * The bytes of settings (docs/wire.md). The caller has checked the limits (MAX_GEOFENCES,
 * MAX_TAG_VERTICES). `version` 1 leaves out what a tag of version 1 does not know; by default it is the lowest that can
 * carry the settings.
 */
export function encodeSettings(settings: Settings, version = versionOf(settings)): Uint8Array {
  const writer = new CborWriter(MAX_SETTINGS_BYTES + MAX_TAG_VERTICES * VERTEX_ROOM_BYTES);
  const isFirst = version === FIRST_WIRE_VERSION;
  const { lost } = settings;
  writer.map(isFirst ? 5 : lost === undefined ? 6 : 10);
  writer.int(0);
  writer.int(version);
  writer.int(1);
  writer.int(settings.version);
  writer.int(2);
  writer.int(settings.fixIntervalS);
  writer.int(3);
  writer.int(settings.reportIntervalS);
  writer.int(4);
  writer.array(settings.geofences.length);
  for (const geofence of settings.geofences) writeGeofence(writer, geofence);
  if (isFirst) return writer.taken();
  writer.int(5);
  writer.int(DETECTIONS.indexOf(settings.detection ?? "usual"));
  if (lost !== undefined) writeLost(writer, lost);
  return writer.taken();
}

function versionOf({ detection, lost }: Settings): number {
  return detection === undefined && lost === undefined ? FIRST_WIRE_VERSION : WIRE_VERSION;
}

function writeLost(writer: CborWriter, lost: LostMode): void {
  const values = [lost.intervalS, lost.floorPercent, lost.buzzS, lost.until];
  for (let i = 0; i < values.length; i++) {
    writer.int(6 + i);
    writer.int(values[i] as number);
  }
}

function writeGeofence(writer: CborWriter, geofence: GeofenceSetting): void {
  const polygon = geofence.kind === "polygon";
  writer.array(polygon ? 3 : 5);
  writer.int(polygon ? POLYGON : CIRCLE);
  writer.int(geofence.ref);
  if (polygon) return writeRing(writer, geofence);
  writer.int(geofence.latE7);
  writer.int(geofence.lonE7);
  writer.int(geofence.radiusCm);
}

function writeRing(writer: CborWriter, polygon: PolygonSetting): void {
  const ring = new Uint8Array(polygon.vertices.length * VERTEX_ROOM_BYTES);
  let length = 0;
  let latE7 = 0;
  let lonE7 = 0;
  for (const vertex of polygon.vertices) {
    length = writeVarint(ring, length, zigzag(vertex.latE7 - latE7));
    length = writeVarint(ring, length, zigzag(lonDeltaE7(lonE7, vertex.lonE7)));
    latE7 = vertex.latE7;
    lonE7 = vertex.lonE7;
  }
  writer.byteString(length);
  for (let i = 0; i < length; i++) writer.bytes[writer.length++] = ring[i] as number;
}

/** The settings in the bytes, or why the bytes cannot be decoded. The result keeps every limit of limits.ts. */
export function decodeSettings(bytes: Uint8Array): Decoded<Settings> {
  const reader = new CborReader(bytes, MAX_SETTINGS_BYTES);
  reader.openMap("settings");
  const wireVersion = reader.version();
  const version = reader.requiredInt(1, "settingsVersion", 1, MAX_UINT32);
  const fixIntervalS = reader.requiredInt(2, "fixIntervalS", 1, SECONDS_OF_A_DAY);
  const reportIntervalS = reader.requiredInt(3, "reportIntervalS", 1, SECONDS_OF_A_DAY);
  reader.requireKey(4, "geofences");
  const geofences = readGeofences(reader);
  const isFirst = wireVersion === FIRST_WIRE_VERSION;
  const detection = !isFirst && reader.hasKey(5) ? readDetection(reader) : undefined;
  const lost = !isFirst && reader.hasKey(6) ? readLost(reader) : undefined;
  reader.close(wireVersion);
  if (reader.error !== undefined) return { ok: false, error: reader.error };
  const settings: Settings & { detection?: Detection; lost?: LostMode } = {
    version,
    fixIntervalS,
    reportIntervalS,
    geofences,
  };
  if (detection !== undefined) settings.detection = detection;
  if (lost !== undefined) settings.lost = lost;
  return { ok: true, value: settings };
}

function readDetection(reader: CborReader): Detection {
  return DETECTIONS[reader.int("detection", 0, DETECTIONS.length - 1)] ?? "usual";
}

function readLost(reader: CborReader): LostMode {
  return {
    intervalS: reader.int("lost", MIN_LOST_INTERVAL_S, MAX_LOST_INTERVAL_S),
    floorPercent: reader.requiredInt(7, "lost", MIN_LOST_FLOOR_PERCENT, MAX_LOST_FLOOR_PERCENT),
    buzzS: reader.requiredInt(8, "lost", 0, MAX_LOST_BUZZ_S),
    until: reader.requiredInt(9, "lost", 0, MAX_UINT32),
  };
}

function readGeofences(reader: CborReader): GeofenceSetting[] {
  const count = reader.array("geofences", MAX_GEOFENCES);
  const geofences: GeofenceSetting[] = [];
  let vertices = 0;
  for (let i = 0; i < count && reader.sound; i++) {
    const geofence = readGeofence(reader);
    for (const other of geofences) if (other.ref === geofence.ref) reader.fail("out-of-range", "ref");
    if (geofence.kind === "polygon") vertices += geofence.vertices.length;
    if (vertices > MAX_TAG_VERTICES) reader.fail("too-many", "vertices");
    geofences.push(geofence);
  }
  return geofences;
}

function readGeofence(reader: CborReader): GeofenceSetting {
  const items = reader.array("geofence", 5);
  const kind = reader.int("kind", POLYGON, CIRCLE);
  const ref = reader.int("ref", 0, 255) as GeofenceRef;
  if (items !== (kind === POLYGON ? 3 : 5)) reader.fail("missing-field", "geofence");
  return kind === POLYGON ? readPolygon(reader, ref) : readCircle(reader, ref);
}

function readCircle(reader: CborReader, ref: GeofenceRef): CircleSetting {
  const latE7 = reader.int("lat", -MAX_LAT_E7, MAX_LAT_E7) as LatE7;
  const lonE7 = reader.int("lon", -MAX_LON_E7, MAX_LON_E7 - 1) as LonE7;
  return {
    kind: "circle",
    ref,
    latE7,
    lonE7,
    radiusCm: reader.int("radiusCm", MIN_RADIUS_CM, MAX_RADIUS_CM),
  };
}

function readPolygon(reader: CborReader, ref: GeofenceRef): PolygonSetting {
  const end = reader.openBytes("vertices");
  const vertices: { latE7: LatE7; lonE7: LonE7 }[] = [];
  let lat = 0;
  let lon = 0;
  while (reader.sound && reader.offset < end) {
    lat += reader.signedVarint("lat", end);
    const step = reader.signedVarint("lon", end);
    if (asLatE7(lat) === undefined) reader.fail("out-of-range", "lat");
    if (step !== wrapLonE7(step)) reader.fail("out-of-range", "lon");
    if (vertices.length === MAX_VERTICES) reader.fail("too-many", "vertices");
    lon = wrapLonE7(lon + step);
    vertices.push({ latE7: lat as LatE7, lonE7: lon as LonE7 });
  }
  if (reader.sound && vertices.length < MIN_VERTICES) reader.fail("out-of-range", "vertices");
  return { kind: "polygon", ref, vertices };
}
