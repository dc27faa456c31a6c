import { sideCode, sideFromCode } from "@purrimeter/protocol/entry-kind";
import type { LastKnown } from "@purrimeter/protocol/values";

/** Two bits for each of MAX_GEOFENCES, so that 16 bits of a page or slot in flash hold the sides of all. */
const BITS = 2;
const MASK = 3;

/** The last known side of the geofence at this place. */
export function knownSide(known: number, place: number): LastKnown {
  const side = sideFromCode((known >> (BITS * place)) & MASK);
  return side === undefined || side === "unknown" ? null : side;
}

/** `known` with another side for one geofence. */
export function withKnownSide(known: number, place: number, side: LastKnown): number {
  const shift = BITS * place;
  return (known & ~(MASK << shift)) | (sideCode(side ?? "unknown") << shift);
}

/** What is known after a change of settings: `kept` as keptGeofences returns it. */
export function keptSides(known: number, kept: readonly number[]): number {
  let all = 0;
  for (let i = 0; i < kept.length; i++) {
    const place = kept[i] as number;
    if (place >= 0) all = withKnownSide(all, i, knownSide(known, place));
  }
  return all;
}
