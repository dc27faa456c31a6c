import type { Entry, FixEntry } from "@purrimeter/protocol/entry";
import type { Report } from "@purrimeter/protocol/messages";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { Doubt } from "@purrimeter/store/doubt";

/** A tag's clock comes from GNSS; what is later than this by the server's is no reading of it. */
const MAX_AHEAD_S = 300;
const DAY_S = 86_400;
/** 216 km/h: a cat in a car on the fastest European roads, with room. */
const MAX_SPEED_M_PER_S = 60;
/** Receivers understate their error; three of theirs and this much more is forgiven. */
const FORGIVEN_M = 100;
const FORGIVEN_DEVIATIONS = 3;
/** Metres in 10^-7 degrees of a meridian (mean Earth radius 6,371,008.8 m). */
const METRES_PER_E7 = 0.011_119_508;
const FULL_TURN_E7 = 3_600_000_000;
const RADIANS_PER_E7 = Math.PI / 1_800_000_000;

/** Judges entries of a report, each tag's fixes against its last believed one. */
export interface DoubtJudge {
  /** One place an entry, or undefined when nothing is suspect. */
  judge(tag: TagId, report: Report, now: UnixSeconds): (Doubt | undefined)[] | undefined;
}

/**
 * `retentionDays` is how long locations are kept; older ones would be deleted as soon as they are stored. While the clock is not
 * trusted no time is doubted: the mark would stay when the clock is right again.
 */
export function createDoubtJudge(
  retentionDays: number,
  isClockTrusted: () => boolean = () => true,
): DoubtJudge {
  const believed = new Map<TagId, FixEntry>();
  return {
    judge: (tag, { entries }, now) => {
      let doubts: (Doubt | undefined)[] | undefined;
      const clockNow = isClockTrusted() ? now : undefined;
      for (let i = 0; i < entries.length; i++) {
        const entry = entries[i] as Entry;
        const doubt = doubtOf(entry, believed.get(tag), clockNow, retentionDays);
        if (doubt !== undefined) (doubts ??= entries.map(() => undefined))[i] = doubt;
        else if (entry.kind === "fix") believe(believed, tag, entry);
      }
      return doubts;
    },
  };
}

function doubtOf(
  entry: Entry,
  previous: FixEntry | undefined,
  now: UnixSeconds | undefined,
  retentionDays: number,
): Doubt | undefined {
  const byTime = now === undefined ? undefined : doubtfulTime(entry.at, now, retentionDays);
  return byTime === undefined && entry.kind === "fix" ? doubtfulPlace(entry, previous) : byTime;
}

/** Late reports must not move the last believed fix back in time. */
function believe(believed: Map<TagId, FixEntry>, tag: TagId, fix: FixEntry): void {
  if (fix.at >= (believed.get(tag)?.at ?? 0)) believed.set(tag, fix);
}

function doubtfulTime(at: UnixSeconds, now: UnixSeconds, retentionDays: number): Doubt | undefined {
  if (at > now + MAX_AHEAD_S) return "future";
  return at < now - retentionDays * DAY_S ? "too-old" : undefined;
}

function doubtfulPlace(fix: FixEntry, previous: FixEntry | undefined): Doubt | undefined {
  if (fix.latE7 === 0 && fix.lonE7 === 0) return "null-island";
  if (previous === undefined) return undefined;
  const errorM = ((fix.accuracyDm + previous.accuracyDm) / 10) * FORGIVEN_DEVIATIONS + FORGIVEN_M;
  const reachM = Math.abs(fix.at - previous.at) * MAX_SPEED_M_PER_S + errorM;
  return distanceM(fix, previous) > reachM ? "too-fast" : undefined;
}

/** Equirectangular: within a percent for what a car reaches, and far too far is far too far. */
function distanceM(a: FixEntry, b: FixEntry): number {
  const turnE7 = Math.abs(a.lonE7 - b.lonE7);
  const middle = ((a.latE7 + b.latE7) / 2) * RADIANS_PER_E7;
  const eastE7 = Math.min(turnE7, FULL_TURN_E7 - turnE7) * Math.cos(middle);
  return Math.hypot(a.latE7 - b.latE7, eastE7) * METRES_PER_E7;
}
