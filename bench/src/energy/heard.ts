import type { Side } from "@purrimeter/protocol/values";
import type { Outing } from "../fences/outings.ts";

/** A decided change of side, when it was decided and when it reached the cloud, UTC. */
export interface Told {
  readonly decidedAt: number;
  readonly heardAt: number;
  readonly side: Side;
  /** Whether the owner hears of it: a change to outside from a side that was known, once, to be inside. */
  readonly isAlarm: boolean;
}

/** What the owner heard of some outings. */
export interface Heard {
  /** Seconds from the true beginning to the moment at which the decision reached the cloud. */
  readonly delaysS: number[];
  /** Outings that began while the side was outside already; that came without an alarm; that were never decided. */
  alreadyOutside: number;
  silent: number;
  neverTold: number;
}

/** Nothing heard yet. */
export function noneHeard(): Heard {
  return { delaysS: [], alreadyOutside: 0, silent: 0, neverTold: 0 };
}

/** Adds what the owner of one cat heard of its outings. `told` in the order of decisions. */
export function addHeard(sum: Heard, outings: readonly Outing[], told: readonly Told[]): void {
  for (const { from, to } of outings) {
    const before = told.findLast(({ decidedAt }) => decidedAt < from);
    const first = told.find(
      ({ decidedAt, side }) => decidedAt >= from && decidedAt <= to && side === "outside",
    );
    if (before?.side === "outside") sum.alreadyOutside++;
    else if (first === undefined) sum.neverTold++;
    else if (first.isAlarm) sum.delaysS.push(first.heardAt - from);
    else sum.silent++;
  }
}

/** A fix that reached the cloud: whether it lies outside, and when it was taken and heard of. */
export interface SentFix {
  readonly at: number;
  readonly heardAt: number;
  readonly isOutside: boolean;
}

/** What a cloud decides that changes the side when so many fixes in a row say so; 1 is what most do. */
export function decidedInCloud(fixes: readonly SentFix[], inARow: number): Told[] {
  const told: Told[] = [];
  let side: Side = "unknown";
  let run = 0;
  for (const { at, heardAt, isOutside } of fixes) {
    const seen: Side = isOutside ? "outside" : "inside";
    run = seen === side ? 0 : run + 1;
    if (run < inARow && side !== "unknown") continue;
    if (run === 0) continue;
    told.push({ decidedAt: at, heardAt, side: seen, isAlarm: side === "inside" });
    side = seen;
    run = 0;
  }
  return told;
}
