import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { LruMap } from "@purrimeter/service/lru-map";
import type { Geofence } from "@purrimeter/store/geofence";
import type { OwnerId } from "@purrimeter/store/owner-id";
import type { OwnerView } from "@purrimeter/store/owner-view";
import {
  depthOfSmall,
  describeSizeWarning,
  qualityOf,
  sizeWarning,
  type RecentQuality,
  type SizeWarning,
} from "@purrimeter/store/size-warning";
import type { GeofenceWarningBody } from "./geofence-schema.ts";

/** Who asks, and whether what the tags' fixes say is for them. */
export interface SizeReader {
  readonly owner: OwnerId;
  readonly view: OwnerView;
  readonly mayReadFixes: boolean;
}

/** A tag is judged by at most so many fixes of the last day in which it had some. */
const RECENT_S = 86_400;
const MAX_FIXES = 300;

/** A receiver does not change within this; reading a day's fixes again for every geofence would cost much. */
const KEEP_MS = 3_600_000;
/** Some 200 bytes each. */
const MAX_KEPT = 10_000;

interface Kept {
  readonly quality: RecentQuality;
  readonly untilMs: number;
}

/** What warns owners of geofences that are too small for the receivers of their tags. Keeps claims, no places. */
export class SizeWarnings {
  readonly #monotonicMs: () => number;
  readonly #kept = new LruMap<string, Kept>(MAX_KEPT);
  /** By id and version, because a polygon of many corners takes milliseconds; Infinity of a large geofence. */
  readonly #depthsM = new LruMap<string, number>(MAX_KEPT);

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** A warning for each of its tags whose receiver errs too much for it; none for an unreadable geofence. */
  async of(geofence: Geofence, reader: SizeReader): Promise<GeofenceWarningBody[]> {
    const depthM = this.#depthOf(geofence);
    const warnings: GeofenceWarningBody[] = [];
    for (const tagId of depthM < Infinity ? geofence.tagIds : []) {
      const warning = sizeWarning(depthM, await this.#qualityOf(tagId, reader));
      if (warning !== undefined) warnings.push(bodyOf(tagId, warning));
    }
    return warnings;
  }

  #depthOf({ id, version, shape }: Geofence): number {
    if (shape === undefined) return Infinity;
    const key = `${id} ${version}`;
    const depthM = this.#depthsM.get(key) ?? depthOfSmall(shape) ?? Infinity;
    this.#depthsM.set(key, depthM);
    return depthM;
  }

  /** The view is asked every time: whose the tag is may have changed. */
  async #qualityOf(tag: TagId, { owner, view, mayReadFixes }: SizeReader): Promise<RecentQuality> {
    const latest = mayReadFixes ? await view.latest(tag) : undefined;
    if (latest === undefined || latest === "not-found") return qualityOf([]);
    const key = `${owner} ${tag}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.untilMs > this.#monotonicMs()) return kept.quality;
    const quality = qualityOf(await recentFixes(view, tag, latest.at));
    if (quality.fixes > 0) this.#kept.set(key, { quality, untilMs: this.#monotonicMs() + KEEP_MS });
    return quality;
  }
}

async function recentFixes(
  view: OwnerView,
  tag: TagId,
  to: UnixSeconds,
): Promise<{ readonly at: number; readonly accuracyDm: number }[]> {
  const from = Math.max(0, to - RECENT_S) as UnixSeconds;
  const page = await view.locations(tag, { from, to, limit: MAX_FIXES });
  return page === "not-found" ? [] : page.items.filter(({ doubt }) => doubt === undefined);
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function bodyOf(tagId: TagId, warning: SizeWarning): GeofenceWarningBody {
  const { depthM, fixes, intervalS, noSideShare, wrongSideShare, falseAlarmsPerWeek } = warning;
  return {
    kind: "too-small-for-receiver",
    tagId,
    message: describeSizeWarning(warning),
    depthM: rounded(depthM, 1),
    fixes,
    claimMedianM: rounded(warning.claimMedianM, 1),
    claimP90M: rounded(warning.claimP90M, 1),
    intervalS,
    noSideShare: rounded(noSideShare, 3),
    wrongSideShare: rounded(wrongSideShare, 3),
    falseAlarmsPerWeek: rounded(falseAlarmsPerWeek, 1),
  };
}
