import type { Epoch, UnixSeconds } from "@purrimeter/protocol/values";
import type { StoredEntry } from "../recording/piece-codec.ts";
import type { Location } from "./location.ts";

/** An entry with what its piece says of it. */
export interface PlacedEntry extends StoredEntry {
  readonly epoch: Epoch;
  readonly receivedAt: UnixSeconds;
}

/** A fix as the API serves it; undefined for entries of other kinds. */
export function locationOf({ entry, epoch, number, receivedAt, doubt }: PlacedEntry): Location | undefined {
  if (entry.kind !== "fix") return undefined;
  const { at, latE7, lonE7, accuracyDm, speedCmS, courseDeg10 } = entry;
  return { at, epoch, number, latE7, lonE7, accuracyDm, speedCmS, courseDeg10, receivedAt, doubt };
}
