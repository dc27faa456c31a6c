import type { NamedGeofence } from "@purrimeter/simulator/read-geofences";
import type { Track } from "@purrimeter/simulator/track";
import {
  depthOfSmall,
  describeSizeWarning,
  qualityOf,
  sizeWarning,
  type QualifiedFix,
  type RecentQuality,
  type SizeWarning,
} from "@purrimeter/store/size-warning";

/** A track with its geofences. */
export interface PlannedTrack {
  readonly track: Track;
  readonly geofences: readonly NamedGeofence[];
}

/** What the tag takes a fix to claim that says nothing of its error. */
const UNKNOWN_ACCURACY_DM = 80;

function* fixesOf({ at, accuracyM, length }: Track): Generator<QualifiedFix> {
  for (let i = 0; i < length; i++) {
    const claimedM = accuracyM[i] as number;
    yield { at: at[i] as number, accuracyDm: claimedM > 0 ? claimedM * 10 : UNKNOWN_ACCURACY_DM };
  }
}

/** The warnings of one geofence over the tracks that it holds for. */
interface Warned {
  readonly name: string;
  tracks: number;
  warned: number;
  worst: { readonly track: string; readonly warning: SizeWarning } | undefined;
}

const badTime = ({ noSideShare, wrongSideShare }: SizeWarning): number => noSideShare + wrongSideShare;

function add(one: Warned, track: string, warning: SizeWarning | undefined): void {
  one.tracks++;
  if (warning === undefined) return;
  one.warned++;
  if (one.worst === undefined || badTime(warning) > badTime(one.worst.warning))
    one.worst = { track, warning };
}

function warningOf({ setting }: NamedGeofence, quality: RecentQuality): SizeWarning | undefined {
  const depthM = depthOfSmall(setting);
  return depthM === undefined ? undefined : sizeWarning(depthM, quality);
}

function sizeLines(planned: readonly PlannedTrack[]): string[] {
  const byName = new Map<string, Warned>();
  for (const { track, geofences } of planned) {
    const quality = qualityOf([...fixesOf(track)]);
    for (const geofence of geofences) {
      const { name } = geofence;
      const one = byName.get(name) ?? { name, tracks: 0, warned: 0, worst: undefined };
      byName.set(name, one);
      add(one, track.name, warningOf(geofence, quality));
    }
  }
  return [...byName.values()].flatMap(lineOf);
}

function lineOf({ name, tracks, warned, worst }: Warned): string[] {
  if (worst === undefined) return [];
  const of = tracks === 1 ? "" : ` (${warned} of ${tracks} tracks; the worst is ${worst.track})`;
  return [`geofence ${name}${of}: ${describeSizeWarning(worst.warning)}`];
}

/** Fixes that are not newer than one before them: the tag takes times that grow. */
function outOfOrder({ at, length }: Track): number {
  let newest = -Infinity;
  let count = 0;
  for (let i = 0; i < length; i++) {
    const time = at[i] as number;
    if (time < newest) count++;
    else newest = time;
  }
  return count;
}

function orderLines(planned: readonly PlannedTrack[]): string[] {
  const counts = planned.map(({ track }) => outOfOrder(track)).filter((count) => count > 0);
  if (counts.length === 0) return [];
  const fixes = counts.reduce((sum, count) => sum + count, 0);
  return [
    `${fixes} fixes of ${counts.length} tracks are older than one before them in the file, and the tag takes no fix that is ` +
      "older than its last: sort the rows of each tag by time",
  ];
}

/** What somebody has to know before they believe a replay of these tracks, a line each. With --paced the fixes are sorted. */
export function replayWarnings(planned: readonly PlannedTrack[], isPaced: boolean): string[] {
  return [...(isPaced ? [] : orderLines(planned)), ...sizeLines(planned)];
}
