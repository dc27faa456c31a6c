import type { CircleSetting, GeofenceSetting, PolygonSetting, Settings } from "@purrimeter/protocol/messages";
import type { GeofenceRef, LatE7, LonE7 } from "@purrimeter/protocol/values";
import type { BoardOptions } from "../virtual-board.ts";

/** An uninhabited place in the Netherlands: the sea. */
export const HOME_LAT_E7 = 520_000_000;
export const HOME_LON_E7 = 50_000_000;

/** 20 KiB in small pages, most of them the journal's. */
export const SMALL_BOARD: BoardOptions = {
  pageBytes: 512,
  pageCount: 40,
  hasBeacon: false,
  idleTimeoutMs: Infinity,
};

/** Four journal pages of 20 records: full within the hour. */
export const TINY_BOARD: BoardOptions = {
  pageBytes: 512,
  pageCount: 20,
  hasBeacon: false,
  idleTimeoutMs: Infinity,
};

/** 64 KiB in the pages of common flash. */
export const LARGE_BOARD: BoardOptions = {
  pageBytes: 4_096,
  pageCount: 16,
  hasBeacon: false,
  idleTimeoutMs: Infinity,
};

export function circle(ref: number, latE7: number, lonE7: number, radiusCm: number): CircleSetting {
  return { kind: "circle", ref: ref as GeofenceRef, latE7: latE7 as LatE7, lonE7: lonE7 as LonE7, radiusCm };
}

/** A polygon with the corners lat, lon, lat, lon, … in E7. */
export function polygon(ref: number, corners: readonly number[]): PolygonSetting {
  const vertices: { latE7: LatE7; lonE7: LonE7 }[] = [];
  for (let i = 0; i + 1 < corners.length; i += 2) {
    vertices.push({ latE7: corners[i] as LatE7, lonE7: corners[i + 1] as LonE7 });
  }
  return { kind: "polygon", ref: ref as GeofenceRef, vertices };
}

/** A square of half a side `halfE7` around a place. */
export function square(ref: number, latE7: number, lonE7: number, halfE7: number): PolygonSetting {
  const south = latE7 - halfE7;
  const north = latE7 + halfE7;
  const west = lonE7 - halfE7;
  const east = lonE7 + halfE7;
  return polygon(ref, [south, west, south, east, north, east, north, west]);
}

/** A ring of `count` corners around a place, its radius waving by a fifth; rational points, no sine. */
export function wavyRing(
  ref: number,
  latE7: number,
  lonE7: number,
  sizeE7: number,
  count: number,
): PolygonSetting {
  const corners: number[] = [];
  for (let i = 0; i < count; i++) {
    const quarter = Math.floor((4 * i) / count);
    const t = (4 * i) / count - quarter;
    const along = (1 - t * t) / (1 + t * t);
    const across = (2 * t) / (1 + t * t);
    const radiusE7 = i % 2 === 0 ? sizeE7 : Math.floor(sizeE7 * 0.8);
    const x = quarter === 0 ? along : quarter === 1 ? -across : quarter === 2 ? -along : across;
    const y = quarter === 0 ? across : quarter === 1 ? along : quarter === 2 ? -across : -along;
    corners.push(latE7 + Math.floor(y * radiusE7), lonE7 + Math.floor(x * radiusE7));
  }
  return polygon(ref, corners);
}

/** A fix a minute and a report every ten. */
export function settingsOf(version: number, geofences: readonly GeofenceSetting[]): Settings {
  return { version, fixIntervalS: 60, reportIntervalS: 600, geofences };
}
