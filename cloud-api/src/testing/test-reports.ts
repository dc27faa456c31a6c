import type { Entry, FixEntry } from "@purrimeter/protocol/entry";
import type {
  EntryNumber,
  Epoch,
  GeofenceRef,
  LatE7,
  LonE7,
  TagId,
  UnixSeconds,
} from "@purrimeter/protocol/values";
import type { Store } from "@purrimeter/store/open-store";
import type { Doubt } from "@purrimeter/store/doubt";
import { NOW_S } from "./test-keys.ts";

/** A fix at that time; places walk north-east from a point in the sea. */
export function fixAt(atS: number, step = 0): FixEntry {
  return {
    kind: "fix",
    at: atS as UnixSeconds,
    latE7: (10_000_000 + step) as LatE7,
    lonE7: (-300_000_000 + step) as LonE7,
    accuracyDm: 45,
  };
}

/** The tag leaves geofence number `ref`. */
export function exitAt(atS: number, ref: number, settingsVersion: number): Entry {
  return {
    kind: "transition",
    at: atS as UnixSeconds,
    geofence: ref as GeofenceRef,
    from: "inside",
    to: "outside",
    evidenceFrom: 1 as EntryNumber,
    settingsVersion,
  };
}

/** Records entries of a tag as the bridge does, numbered from `first`. */
export async function record(
  store: Store,
  tag: TagId,
  entries: readonly Entry[],
  { first = 1, suspect }: { first?: number; suspect?: readonly (Doubt | undefined)[] } = {},
): Promise<void> {
  const report = { epoch: 7 as Epoch, first: first as EntryNumber, oldest: 1 as EntryNumber, entries };
  const outcome = await store.reports.recordReport(tag, report, { at: NOW_S as UnixSeconds, suspect });
  if (outcome.kind !== "stored") throw new Error(`refused: ${outcome.reason}`);
}
