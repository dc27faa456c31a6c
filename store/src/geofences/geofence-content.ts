import type { KeyObject } from "node:crypto";
import type { GeofenceId, GeofenceShape } from "./geofence.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import { Sealer } from "../sealing/seal.ts";

/** What is sealed of a geofence; a deleted one has no shape any more. */
export interface GeofenceContent {
  /** null of a deleted one whose name could not be read when it was deleted. */
  readonly name: string | null;
  readonly shape: GeofenceShape | undefined;
}

interface SealedGeofence {
  readonly id: string;
  readonly owner: string;
  readonly version: number;
  readonly changed_at: number;
  readonly sealing_key: number;
}

/** Bytes for the row of that geofence and version. */
export function sealGeofence(row: SealedGeofence, key: KeyObject, content: GeofenceContent): Buffer {
  return sealerOf(row, key).seal(placeOf(row), Buffer.from(JSON.stringify(content)));
}

/** undefined when the bytes do not belong to the row: it was changed from outside. */
export function openGeofence(
  row: SealedGeofence & { readonly sealed: Buffer },
  key: KeyObject,
): GeofenceContent | undefined {
  const plain = sealerOf(row, key).open(placeOf(row), row.sealed);
  return plain === undefined ? undefined : (JSON.parse(plain.toString()) as GeofenceContent);
}

function sealerOf(row: SealedGeofence, key: KeyObject): Sealer {
  const text = `${row.owner as OwnerId} ${row.id as GeofenceId}`;
  return new Sealer({ text, number: 0, keyId: row.sealing_key }, key);
}

function placeOf(row: SealedGeofence) {
  return { kind: "geofence", epoch: 0, number: row.version, at: row.changed_at } as const;
}
