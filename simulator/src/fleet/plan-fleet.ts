import type { TagId } from "@purrimeter/protocol/values";
import { inventedHome } from "../cats/invented-homes.ts";
import type { Life } from "../cats/life.ts";
import { placeTrack } from "../cats/place-tracks.ts";
import { seedOf } from "../random.ts";
import { COLLAR_RECEIVER, FAITHFUL_RECEIVER, type ReceiverParameters } from "../sky/receiver-model.ts";
import { RecordedLife } from "../cats/recorded-life.ts";
import { SyntheticCat } from "../cats/synthetic-cat.ts";
import { tagNameFor } from "./tag-name.ts";
import { cleanTrack, type Track } from "../tracks/track.ts";

/** Which tags a fleet has. */
export interface FleetPlan {
  /**
   * How many; with tracks, as many as there are tracks when left out. With more tags than tracks, tracks are used again.
   */
  readonly tags?: number;
  /** Recorded cats; invented ones when left out. */
  readonly tracks?: readonly Track[];
  readonly seed: number;
  /** What the tags' names begin with, 16 of A-Z a-z 0-9 - _ at most; "cat-" for invented cats when left out. */
  readonly prefix?: string;
  /** UTC at which the past of all tags ends, whole seconds. */
  readonly endsAt: number;
  /** Length of the simulated past, s; with tracks, all of each when left out. */
  readonly durationS?: number;
}

/** A planned tag: everything but its uplink. */
export interface PlannedTag {
  readonly tag: TagId;
  readonly life: Life;
  readonly receiver: ReceiverParameters;
  readonly seed: number;
  readonly firmwareSeed: number;
  /** The invented home, degrees. */
  readonly home: { readonly latDegrees: number; readonly lonDegrees: number };
}

const INVENTED_TAGS = 10;
const INVENTED_DURATION_S = 86_400;

/**
 * Plans a fleet: names, homes on the Hardangervidda, lives. The same plan gives the same fleet. Tracks without a single
 * fix that is no outlier are left out; without any track there is no tag.
 */
export function planFleet(plan: FleetPlan): PlannedTag[] {
  const tracks = plan.tracks?.filter((track) => cleanTrack(track).length > 0);
  if (tracks?.length === 0) return [];
  const count = plan.tags ?? tracks?.length ?? INVENTED_TAGS;
  const taken = new Set<string>();
  return Array.from({ length: count }, (_, i) => {
    const seed = seedOf(plan.seed, i);
    const home = inventedHome(i, plan.seed);
    const place = { latDegrees: home.latDegrees, lonDegrees: home.lonDegrees };
    const base = { seed, firmwareSeed: seedOf(seed, plan.endsAt), home: place };
    const track = tracks?.[i % tracks.length];
    if (track === undefined) {
      const life = new SyntheticCat(seed, home, plan.endsAt - (plan.durationS ?? INVENTED_DURATION_S));
      return {
        ...base,
        tag: tagNameFor(`${plan.prefix ?? "cat-"}${i + 1}`, taken),
        life,
        receiver: COLLAR_RECEIVER,
      };
    }
    const placed = placeTrack(track, home, plan.endsAt);
    const firstAt = Math.floor(cleanTrack(placed).at[0]!);
    const startsAt = Math.max(firstAt, plan.endsAt - (plan.durationS ?? Infinity));
    const life = new RecordedLife(placed, startsAt);
    return {
      ...base,
      tag: tagNameFor((plan.prefix ?? "") + track.name, taken),
      life,
      receiver: FAITHFUL_RECEIVER,
    };
  });
}
