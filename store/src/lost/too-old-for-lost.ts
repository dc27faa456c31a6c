import { FIRST_WIRE_VERSION } from "@purrimeter/protocol/limits";

/** A tag says of settings with lost mode whether it is in it; one that runs them and does not say so does not know it. */
export function isTooOldForLost(row: {
  readonly reported: number | null;
  /** Of the settings that have lost mode. */
  readonly version: number | null;
  readonly wire_version: number | null;
  readonly lost: number | null;
}): boolean {
  if (row.version === null) return false;
  return row.wire_version === FIRST_WIRE_VERSION || ((row.reported ?? 0) >= row.version && row.lost === null);
}
