import { EXACT_WITHIN_CM } from "@purrimeter/device/decide-side";
import { Geofences } from "@purrimeter/device/geofence";
import type { PolygonSetting } from "@purrimeter/protocol/messages";
import type { GeofenceRef, LatE7, LonE7 } from "@purrimeter/protocol/values";
import booleanPointInPolygon from "@turf/boolean-point-in-polygon";
import type { Polygon, Position } from "geojson";
import type { BenchLine } from "../bench-line.ts";
import { realTracks } from "../fences/real-tracks.ts";
import { medianOf, medianRatioRounds } from "../rounds.ts";

const RADIUS_M = 75;
const METRES_PER_DEGREE = 111_195;
const ROUNDS = 60;
const BYTES_CHECKS = 1_000_000;

/** One cat's zone in both forms, and points to ask about in both forms. */
interface Zone {
  readonly geofences: Geofences;
  readonly polygon: Polygon;
  readonly e7: Int32Array;
  readonly positions: readonly Position[];
}

function zoneRound(latDegrees: number, lonDegrees: number, vertices: number): PolygonSetting {
  const east = RADIUS_M / METRES_PER_DEGREE / Math.cos((latDegrees * Math.PI) / 180);
  const north = RADIUS_M / METRES_PER_DEGREE;
  const points = Array.from({ length: vertices }, (_, i) => {
    const turn = (2 * Math.PI * i) / vertices;
    const latE7 = Math.round((latDegrees + north * Math.sin(turn)) * 1e7) as LatE7;
    return { latE7, lonE7: Math.round((lonDegrees + east * Math.cos(turn)) * 1e7) as LonE7 };
  });
  return { kind: "polygon", ref: 0 as GeofenceRef, vertices: points };
}

function zone(setting: PolygonSetting, points: readonly Position[]): Zone {
  const geofences = new Geofences();
  if (geofences.prepare([setting]) !== "prepared") throw new Error("the zone was refused");
  const ring = setting.vertices.map(({ latE7, lonE7 }) => [lonE7 / 1e7, latE7 / 1e7]);
  const e7 = Int32Array.from(points.flatMap(([lon = 0, lat = 0]) => [lat * 1e7, lon * 1e7].map(Math.round)));
  const positions = Array.from({ length: points.length }, (_, i) => [
    (e7[2 * i + 1] ?? 0) / 1e7,
    (e7[2 * i] ?? 0) / 1e7,
  ]);
  return {
    geofences,
    polygon: { type: "Polygon", coordinates: [[...ring, ...ring.slice(0, 1)]] },
    e7,
    positions,
  };
}

function insideByUs(zones: readonly Zone[], exactCm: number): number {
  let inside = 0;
  for (const { geofences, e7 } of zones) {
    for (let i = 0; i < e7.length; i += 2) {
      if (geofences.distanceCm(0, e7[i] as number, e7[i + 1] as number, exactCm) < 0) inside++;
    }
  }
  return inside;
}

function insideByTurf(zones: readonly Zone[]): number {
  let inside = 0;
  for (const { polygon, positions } of zones) {
    for (const position of positions) if (booleanPointInPolygon(position, polygon)) inside++;
  }
  return inside;
}

function measure(name: string, zones: readonly Zone[], exactCm = EXACT_WITHIN_CM): BenchLine {
  const checks = zones.reduce((sum, each) => sum + each.positions.length, 0);
  if (insideByUs(zones, exactCm) !== insideByTurf(zones)) throw new Error(`${name}: Turf disagrees`);
  const repeats = Math.max(1, Math.round(20_000 / checks));
  const repeated = (work: () => number) => () => {
    for (let i = 0; i < repeats; i++) work();
  };
  const ours = repeated(() => insideByUs(zones, exactCm));
  const peer = repeated(() => insideByTurf(zones));
  medianRatioRounds(ours, peer, ROUNDS);
  const { oursMs, peerMs } = medianRatioRounds(ours, peer, ROUNDS);
  const nsPerCheck = 1e6 / checks / repeats;
  const line = { ours: oursMs * nsPerCheck, peer: peerMs * nsPerCheck, ratio: peerMs / oursMs };
  return { bench: "geofence", case: name, ...line, unit: "ns" };
}

/** Heap that one round of checks takes, the median of many: a round is too short for a collection to hide it. */
function bytesPerCheck(work: () => number, checks: number): number {
  const taken: number[] = [];
  for (let round = 0; round < Math.ceil(BYTES_CHECKS / checks); round++) {
    const before = process.memoryUsage().heapUsed;
    work();
    taken.push(process.memoryUsage().heapUsed - before);
  }
  return Math.max(0, medianOf(taken)) / checks;
}

function measureBytes(zones: readonly Zone[]): BenchLine {
  const checks = zones.reduce((sum, each) => sum + each.positions.length, 0);
  const measured = bytesPerCheck(() => insideByUs(zones, EXACT_WITHIN_CM), checks);
  const peer = bytesPerCheck(() => insideByTurf(zones), checks);
  // Asking for the heap's size takes some hundred bytes itself; an object in every check would take 12 bytes a check.
  const ours = measured < 1 ? 0 : measured;
  return {
    bench: "geofence",
    case: "garbage per check",
    ours,
    peer,
    unit: "bytes",
    ratio: (peer + 1) / (ours + 1),
  };
}

/** Points of a ring of distances round the middle of every zone, spread evenly and without pattern. */
function pointsRound(lat: number, lon: number, fromM: number, toM: number, count: number): Position[] {
  return Array.from({ length: count }, (_, i) => {
    const turn = i * 2.399963229728653;
    const metres = fromM + (toM - fromM) * ((i * 0.618033988749895) % 1);
    const north = (metres * Math.sin(turn)) / METRES_PER_DEGREE;
    const east = (metres * Math.cos(turn)) / METRES_PER_DEGREE / Math.cos((lat * Math.PI) / 180);
    return [lon + east, lat + north];
  });
}

/** Homes and points of the recorded cats; invented ones where the tracks are not there. */
async function cats(): Promise<{ lat: number; lon: number; points: Position[] }[]> {
  const tracks = await realTracks();
  if (tracks === undefined) {
    return [{ lat: 50.2, lon: -5.1, points: pointsRound(50.2, -5.1, 0, 150, 18_000) }];
  }
  return tracks.map(({ lat, lon, length }) => {
    const points = Array.from({ length }, (_, i) => [lon[i] as number, lat[i] as number]);
    return { lat: medianOf([...lat.slice(0, length)]), lon: medianOf([...lon.slice(0, length)]), points };
  });
}

/**
 * Side and signed distance of a point to one geofence against Turf's side alone: the recorded cats in a zone of 75 m
 * round their homes, and points where each way of deciding is worst off. Medians of rounds that take turns.
 */
export async function benchGeofence(): Promise<BenchLine[]> {
  const lines: BenchLine[] = [];
  const homes = await cats();
  for (const vertices of [10, 100]) {
    const zones = (pointsOf: (home: (typeof homes)[number]) => Position[]) =>
      homes.map((home) => zone(zoneRound(home.lat, home.lon, vertices), pointsOf(home)));
    const round = (fromM: number, toM: number) =>
      zones(({ lat, lon }) => pointsRound(lat, lon, fromM, toM, Math.ceil(18_000 / homes.length)));
    const tracks = zones(({ points }) => points);
    lines.push(measure(`tracks, ${vertices} vertices`, tracks));
    lines.push(measure(`within 10 m of the edge, ${vertices} vertices`, round(RADIUS_M - 10, RADIUS_M + 10)));
    lines.push(measure(`inside the box, ${vertices} vertices`, round(0, RADIUS_M)));
    lines.push(measure(`far outside, ${vertices} vertices`, round(200, 2_000)));
    if (vertices === 100) lines.push(measureBytes(tracks));
  }
  return lines;
}
