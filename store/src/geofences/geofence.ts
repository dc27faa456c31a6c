import type { LatE7, LonE7, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { ListRange, Page } from "../reading/page.ts";

declare const brand: unique symbol;

/** Random id of a geofence, 26 of a-z 2-7. */
export type GeofenceId = string & { readonly [brand]: "GeofenceId" };

export type GeofenceShape =
  | {
      readonly kind: "polygon";
      /** Open ring, as in PolygonSetting. */
      readonly vertices: readonly { readonly latE7: LatE7; readonly lonE7: LonE7 }[];
    }
  | { readonly kind: "circle"; readonly latE7: LatE7; readonly lonE7: LonE7; readonly radiusCm: number };

/** What an owner says of a geofence. The shape has been validated by the caller; limits per tag are checked here. */
export interface GeofenceDraft {
  readonly name: string;
  readonly shape: GeofenceShape;
  readonly tagIds: readonly TagId[];
}

export interface Geofence {
  /** undefined when it does not open under its key, and so is the shape. */
  readonly name: string | undefined;
  readonly shape: GeofenceShape | undefined;
  readonly tagIds: readonly TagId[];
  readonly id: GeofenceId;
  /** 1, 2, ... grows with every replacement; what an ETag is made of. */
  readonly version: number;
  readonly createdAt: UnixSeconds;
  readonly changedAt: UnixSeconds;
}

/** Why a geofence was not written. `tag-not-found` for a missing and for a foreign tag. */
export type GeofenceRefusal =
  | "not-found"
  | "version-mismatch"
  | "tag-not-found"
  /** A tag would have more than MAX_GEOFENCES. */
  | "too-many-geofences"
  /** A tag's polygons would have more than MAX_TAG_VERTICES in all. */
  | "too-many-vertices"
  /** The owner has MAX_OWNER_GEOFENCES. */
  | "too-many-owned";

export type GeofenceOutcome =
  | { readonly kind: "written"; readonly geofence: Geofence }
  | { readonly kind: "refused"; readonly reason: Exclude<GeofenceRefusal, "tag-not-found"> }
  /** `at`: which of the draft's tags, from 0. */
  | { readonly kind: "refused"; readonly reason: "tag-not-found"; readonly at: number };

/** The geofences of one owner. Missing and foreign give the same answer. */
export interface GeofencesView {
  /** Ascending by id. */
  geofences(range: ListRange<GeofenceId>): Promise<Page<Geofence, GeofenceId>>;
  geofence(id: GeofenceId): Promise<Geofence | "not-found">;
  createGeofence(draft: GeofenceDraft): Promise<GeofenceOutcome>;
  /** `expectedVersion` as in If-Match; undefined replaces whatever is there. */
  replaceGeofence(
    id: GeofenceId,
    draft: GeofenceDraft,
    expectedVersion: number | undefined,
  ): Promise<GeofenceOutcome>;
  deleteGeofence(
    id: GeofenceId,
    expectedVersion: number | undefined,
  ): Promise<"deleted" | "not-found" | "version-mismatch">;
}
