/** Values that a tag and the cloud agree on. Branded, so that a latitude is never passed for a longitude. */

declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Common name of a tag's certificate: 1 to 32 of A-Z a-z 0-9 - _. Safe inside a topic and a file name. */
export type TagId = Branded<string, "TagId">;

/** Degrees of latitude x 10^7, -900,000,000 to 900,000,000. */
export type LatE7 = Branded<number, "LatE7">;

/** Degrees of longitude x 10^7, -1,800,000,000 to 1,799,999,999: the date line is -180 only. */
export type LonE7 = Branded<number, "LonE7">;

/** Whole seconds of UTC since 1970, 0 to 4,294,967,295. 0 means that the tag did not know the time. */
export type UnixSeconds = Branded<number, "UnixSeconds">;

/** Number that a tag draws when its flash is new, 0 to 4,294,967,295. Entries are numbered within an epoch. */
export type Epoch = Branded<number, "Epoch">;

/** Place of an entry in the journal, 1 to 4,294,967,295; grows by one with every entry. */
export type EntryNumber = Branded<number, "EntryNumber">;

/** The small number by which a tag knows a geofence, 0 to 255; the cloud keeps its long id. */
export type GeofenceRef = Branded<number, "GeofenceRef">;

/** Where a tag is to a geofence. `unknown` is a real state, not a missing one. */
export type Side = "inside" | "outside" | "unknown";

/** A side that was known; null when none was. */
export type LastKnown = "inside" | "outside" | null;

export const MAX_LAT_E7 = 900_000_000;
export const MAX_LON_E7 = 1_800_000_000;
export const MAX_UINT32 = 4_294_967_295;
const MAX_TAG_ID_LENGTH = 32;

/** Whether the value is a whole number from `min` to `max`. Number.isInteger is missing on one of the engines. */
export function isWhole(value: number, min: number, max: number): boolean {
  return value >= min && value <= max && value % 1 === 0;
}

function isTagIdCode(code: number): boolean {
  const digit = code >= 48 && code <= 57;
  const upper = code >= 65 && code <= 90;
  const lower = code >= 97 && code <= 122;
  return digit || upper || lower || code === 45 || code === 95;
}

/** The text as a TagId, or undefined when it is empty, too long or has another character than A-Z a-z 0-9 - _. */
export function asTagId(text: string): TagId | undefined {
  if (text.length === 0 || text.length > MAX_TAG_ID_LENGTH) return undefined;
  for (let i = 0; i < text.length; i++) if (!isTagIdCode(text.charCodeAt(i))) return undefined;
  return text as TagId;
}

/** The number as a latitude in E7, or undefined when it is no whole number within ±900,000,000. */
export function asLatE7(value: number): LatE7 | undefined {
  return isWhole(value, -MAX_LAT_E7, MAX_LAT_E7) ? (value as LatE7) : undefined;
}

/** The number as a longitude in E7, or undefined when it is no whole number from -1,800,000,000 to 1,799,999,999. */
export function asLonE7(value: number): LonE7 | undefined {
  return isWhole(value, -MAX_LON_E7, MAX_LON_E7 - 1) ? (value as LonE7) : undefined;
}

/** The number as seconds of UTC, or undefined when it is no whole number that 32 bits hold. */
export function asUnixSeconds(value: number): UnixSeconds | undefined {
  return isWhole(value, 0, MAX_UINT32) ? (value as UnixSeconds) : undefined;
}

/** Degrees of latitude to E7, or undefined outside -90 to 90 (NaN too). */
export function latE7FromDegrees(degrees: number): LatE7 | undefined {
  return asLatE7(Math.round(degrees * 1e7));
}

/** Degrees of longitude to E7; 180 becomes -180. Undefined outside -180 to 180 (NaN too). */
export function lonE7FromDegrees(degrees: number): LonE7 | undefined {
  const e7 = Math.round(degrees * 1e7);
  return asLonE7(e7 === MAX_LON_E7 ? -MAX_LON_E7 : e7);
}

/** E7 to degrees. */
export function degreesFromE7(e7: LatE7 | LonE7): number {
  return e7 / 1e7;
}
