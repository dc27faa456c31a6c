import type { Entry, FixEntry } from "@purrimeter/protocol/entry";
import type { Report } from "@purrimeter/protocol/messages";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { Doubt } from "@purrimeter/store/doubt";
import type { JudgedOwnership } from "@purrimeter/store/report-store";
import { goesOn, mayGoOn, type Way } from "./way.ts";

/** A tag's clock comes from GNSS; what is later than this by the server's is no reading of it. */
const MAX_AHEAD_S = 300;
const DAY_S = 86_400;

/** This many fixes in a row that contradict the believed one and fit each other outweigh it, as in the tag's own filter. */
const RIVALS_BELIEVED = 3;

/** Judges the entries of a report: each tag's fixes against its last believed one in the same ownership. */
export interface DoubtJudge {
  /** Whether it has judged the tag in that ownership. */
  knows(tag: TagId, ownership: number): boolean;
  /** One place an entry, or undefined when nothing is suspect. */
  judge(
    tag: TagId,
    report: Pick<Report, "entries">,
    now: UnixSeconds,
    ownership: JudgedOwnership,
  ): (Doubt | undefined)[] | undefined;
}

/** What is believed of a tag's way in one ownership. */
interface Belief {
  readonly ownership: number;
  way: Way | undefined;
  /** Fixes in a row that fit each other and not the believed way. */
  rival: Way | undefined;
  rivals: number;
}

/**
 * `retentionDays` is how long locations are kept; older ones would be deleted as soon as they are stored. While the clock is not
 * trusted no time is doubted: the mark would stay when the clock is right again.
 */
export function createDoubtJudge(
  retentionDays: number,
  isClockTrusted: () => boolean = () => true,
): DoubtJudge {
  const beliefs = new Map<TagId, Belief>();
  return {
    knows: (tag, ownership) => beliefs.get(tag)?.ownership === ownership,
    judge: (tag, { entries }, now, ownership) => {
      const belief = beliefIn(beliefs.get(tag), ownership);
      beliefs.set(tag, belief);
      let doubts: (Doubt | undefined)[] | undefined;
      const clockNow = isClockTrusted() ? now : undefined;
      for (let i = 0; i < entries.length; i++) {
        const entry = entries[i] as Entry;
        if (entry.at < ownership.entriesFrom) continue;
        const doubt = doubtOf(entry, belief, clockNow, retentionDays);
        if (doubt !== undefined) (doubts ??= entries.map(() => undefined))[i] = doubt;
      }
      return doubts;
    },
  };
}

/** After a start of the bridge what is stored is believed. Another ownership begins with nothing of the former one. */
function beliefIn(belief: Belief | undefined, { id, believed }: JudgedOwnership): Belief {
  if (belief?.ownership === id) return belief;
  const way = believed && { fix: believed, from: undefined };
  return { ownership: id, way, rival: undefined, rivals: 0 };
}

function doubtOf(
  entry: Entry,
  belief: Belief,
  now: UnixSeconds | undefined,
  retentionDays: number,
): Doubt | undefined {
  const byTime = now === undefined ? undefined : doubtfulTime(entry.at, now, retentionDays);
  return byTime === undefined && entry.kind === "fix" ? doubtfulPlace(entry, belief) : byTime;
}

function doubtfulTime(at: UnixSeconds, now: UnixSeconds, retentionDays: number): Doubt | undefined {
  if (at > now + MAX_AHEAD_S) return "future";
  return at < now - retentionDays * DAY_S ? "too-old" : undefined;
}

function doubtfulPlace(fix: FixEntry, belief: Belief): Doubt | undefined {
  if (fix.latE7 === 0 && fix.lonE7 === 0) return "null-island";
  const { way } = belief;
  if (way !== undefined && !goesOn(way, fix)) return outweighs(belief, fix) ? undefined : "too-fast";
  believe(belief, fix);
  belief.rivals = 0;
  return undefined;
}

/** Late reports must not move the last believed fix back in time. */
function believe(belief: Belief, fix: FixEntry): void {
  if (fix.at >= (belief.way?.fix.at ?? 0)) belief.way = { fix, from: belief.way?.fix };
}

/**
 * Each must be later than the one before: a report that is sent again is no further witness. What is older than the believed fix,
 * as a backlog that an urgent report has overtaken, is believed and moves nothing back in time.
 */
function outweighs(belief: Belief, fix: FixEntry): boolean {
  const { rival, rivals } = belief;
  if (rivals > 0 && rival?.fix.at === fix.at) return false;
  const follows = rivals > 0 && rival !== undefined && rival.fix.at < fix.at && mayGoOn(rival, fix);
  belief.rivals = follows ? rivals + 1 : 1;
  belief.rival = { fix, from: follows ? rival.fix : undefined };
  if (belief.rivals < RIVALS_BELIEVED) return false;
  if (fix.at < (belief.way?.fix.at ?? 0)) return true;
  belief.way = belief.rival;
  belief.rivals = 0;
  return true;
}
