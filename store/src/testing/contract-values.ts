import type { Entry, FixEntry, TransitionEntry } from "@purrimeter/protocol/entry";
import type { Report } from "@purrimeter/protocol/messages";
import type {
  EntryNumber,
  Epoch,
  GeofenceRef,
  LatE7,
  LonE7,
  Side,
  TagId,
  UnixSeconds,
} from "@purrimeter/protocol/values";
import type { Received } from "../recording/report-store.ts";
import type { GeofenceDraft, GeofenceShape } from "../geofences/geofence.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { Page } from "../reading/page.ts";

/** Values that contract tests are written with: short to read, deterministic. */

/** Long enough that no sealed bytes hold it by chance. */
export const ADA = "ada-whose-cat-it-is" as OwnerId;
export const BOB = "bob" as OwnerId;
export const TAG = "tag-1" as TagId;
export const OTHER_TAG = "tag-2" as TagId;

/** 2026-09-21 at 12:00 UTC. */
export const NOON = 1_789_992_000 as UnixSeconds;
export const ALWAYS = { from: 0 as UnixSeconds, to: 4_294_967_295 as UnixSeconds, limit: 1_000 };

/** So many seconds after another time. */
export function later(at: UnixSeconds, seconds: number): UnixSeconds {
  return (at + seconds) as UnixSeconds;
}

/** The fix of that number: a minute apart, each at another place. */
export function fix(number: number, at: UnixSeconds = later(NOON, number * 60)): FixEntry {
  const latE7 = (515_000_000 + number * 137) as LatE7;
  const lonE7 = (-1_000_000 - number * 211) as LonE7;
  return { kind: "fix", at, latE7, lonE7, accuracyDm: 30 + (number % 7) };
}

/** A change of side a second after the fix of that number. */
export function transition(
  number: number,
  ref: number,
  from: Side,
  to: Side,
  version: number,
): TransitionEntry {
  const evidenceFrom = Math.max(1, number - 3) as EntryNumber;
  const at = later(NOON, number * 60 + 1);
  return {
    kind: "transition",
    at,
    geofence: ref as GeofenceRef,
    from,
    to,
    evidenceFrom,
    settingsVersion: version,
  };
}

/** Consecutive entries from that number on. */
export function reportOf(first: number, entries: readonly Entry[], oldest = 1, epoch = 7): Report {
  return { epoch: epoch as Epoch, first: first as EntryNumber, oldest: oldest as EntryNumber, entries };
}

/** A report of the fixes `first` to `last`. */
export function fixes(first: number, last: number, oldest = 1, epoch = 7): Report {
  const entries = Array.from({ length: last - first + 1 }, (_, i) => fix(first + i));
  return reportOf(first, entries, oldest, epoch);
}

/** As the bridge says when it doubts nothing. */
export function receivedAt(at: UnixSeconds = NOON): Received {
  return { at, suspect: undefined };
}

export const GARDEN: GeofenceShape = {
  kind: "circle",
  latE7: 515_000_000 as LatE7,
  lonE7: -1_000_000 as LonE7,
  radiusCm: 7_500,
};

/** A polygon of so many vertices. */
export function polygon(vertices: number): GeofenceShape {
  const at = (i: number) => ({
    latE7: (515_000_000 + i * 10) as LatE7,
    lonE7: (-1_000_000 + i * i) as LonE7,
  });
  return { kind: "polygon", vertices: Array.from({ length: vertices }, (_, i) => at(i)) };
}

/** A geofence of a name for tags. */
export function draft(name: string, tagIds: readonly TagId[], shape: GeofenceShape = GARDEN): GeofenceDraft {
  return { name, tagIds, shape };
}

/** The page, where there is one. */
export function pageOf<Item, Position>(page: Page<Item, Position> | "not-found"): Page<Item, Position> {
  if (page === "not-found") throw new Error("not found");
  return page;
}
