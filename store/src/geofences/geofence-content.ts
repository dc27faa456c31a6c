import type { KeyObject } from "node:crypto";
import type { GeofenceId, GeofenceShape } from "./geofence.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import { Sealer } from "../sealing/seal.ts";

/** What is sealed of a geofence; a deleted one has no shape any more. */
export interface GeofenceContent {
  readonly name: string;
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

/** Throws when the bytes do not belong to the row: it was changed from outside. */
export function openGeofence(
  row: SealedGeofence & { readonly sealed: Buffer },
  key: KeyObject,
): GeofenceContent {
  const plain = sealerOf(row, key).open(placeOf(row), row.sealed);
  if (plain === undefined) throw new Error(`geofence ${row.id} does not open under its key`);
  return JSON.parse(plain.toString()) as GeofenceContent;
}

function sealerOf(row: SealedGeofence, key: KeyObject): Sealer {
  const text = `${row.owner as OwnerId} ${row.id as GeofenceId}`;
  return new Sealer({ text, number: 0, keyId: row.sealing_key }, key);
}

function placeOf(row: SealedGeofence) {
  return { kind: "geofence", epoch: 0, number: row.version, at: row.changed_at } as const;
}
