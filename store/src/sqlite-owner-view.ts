import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { TagClaims } from "./claim-tag.ts";
import type { OwnerErasure } from "./erase-owner.ts";
import type { OwnedGeofences } from "./owned-geofences.ts";
import type { OwnedTags } from "./owned-tags.ts";
import type * as view from "./owner-view.ts";
import type { EventReader } from "./read-events.ts";
import type { LocationReader } from "./read-locations.ts";

/** What SqliteOwnerView is made of: all of it is of one owner but the claims and the erasure, which are handed the owner. */
export interface OwnerViewParts {
  readonly owner: view.OwnerId;
  readonly tags: OwnedTags;
  readonly geofences: OwnedGeofences;
  readonly locations: LocationReader;
  readonly events: EventReader;
  readonly claims: TagClaims;
  readonly erasure: OwnerErasure;
  readonly now: () => UnixSeconds;
}

/** The owner's side of the store on SQLite. */
export class SqliteOwnerView implements view.OwnerView {
  readonly #parts: OwnerViewParts;

  constructor(parts: OwnerViewParts) {
    this.#parts = parts;
  }

  tags(range: view.ListRange<TagId>): Promise<view.Page<view.OwnedTag, TagId>> {
    return this.#parts.tags.list(range);
  }

  tag(id: TagId): Promise<view.OwnedTag | "not-found"> {
    return this.#parts.tags.get(id);
  }

  async claim(code: string, name: string): Promise<view.OwnedTag | "wrong-code"> {
    const { claims, owner, now, tags } = this.#parts;
    const id = await claims.claim(owner, code, name, now());
    const tag = id === undefined ? "not-found" : await tags.get(id);
    return tag === "not-found" ? "wrong-code" : tag;
  }

  renameTag(id: TagId, name: string): Promise<view.OwnedTag | "not-found"> {
    return this.#parts.tags.rename(id, name);
  }

  geofences(range: view.ListRange<view.GeofenceId>): Promise<view.Page<view.Geofence, view.GeofenceId>> {
    return this.#parts.geofences.list(range);
  }

  geofence(id: view.GeofenceId): Promise<view.Geofence | "not-found"> {
    return this.#parts.geofences.get(id);
  }

  createGeofence(draft: view.GeofenceDraft): Promise<view.GeofenceOutcome> {
    return this.#parts.geofences.create(draft);
  }

  replaceGeofence(
    id: view.GeofenceId,
    draft: view.GeofenceDraft,
    expectedVersion: number | undefined,
  ): Promise<view.GeofenceOutcome> {
    return this.#parts.geofences.replace(id, draft, expectedVersion);
  }

  deleteGeofence(
    id: view.GeofenceId,
    expectedVersion: number | undefined,
  ): Promise<"deleted" | "not-found" | "version-mismatch"> {
    return this.#parts.geofences.delete(id, expectedVersion);
  }

  locations(
    tag: TagId,
    range: view.TimeRange,
  ): Promise<view.Page<view.Location, view.EntryPosition> | "not-found"> {
    return this.#parts.locations.locations(tag, range);
  }

  latest(tag: TagId): Promise<view.Location | undefined | "not-found"> {
    return this.#parts.locations.latest(tag);
  }

  events(
    tag: TagId,
    range: view.TimeRange,
  ): Promise<view.Page<view.GeofenceEvent, view.EntryPosition> | "not-found"> {
    return this.#parts.events.events(tag, range);
  }

  eraseTag(tag: TagId): Promise<"erased" | "not-found"> {
    return this.#parts.erasure.tag(this.#parts.tags, tag);
  }

  eraseOwner(): Promise<void> {
    return this.#parts.erasure.owner(this.#parts.owner);
  }
}
