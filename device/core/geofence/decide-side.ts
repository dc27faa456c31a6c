import type { Detection } from "@purrimeter/protocol/messages";
import type { LastKnown, Side } from "@purrimeter/protocol/values";
import { Belief } from "./belief.ts";
import { CELL_CM, DEEPEST_CM, INSIDE_CELLS } from "./belief-cells.ts";
import type { SeenFix } from "./travel.ts";

/** Counts the changes after which the same fixes may give other sides; the tag says it with its status. */
export const DECISION_VERSION = 2;

const UNKNOWN = 0;
const INSIDE = 1;
const OUTSIDE = 2;

/** The code of a belief between the two bounds. */
const BETWEEN = 3;

/**
 * Accepted chances that a decision is wrong when it is made: the bounds of the sequential test are their odds (Wald
 * 1945). docs/fences.md shows the false alarms and the delay that other bounds give.
 */
const WRONG_OUTSIDE = 0.017;
const WRONG_INSIDE = 0.05;

/**
 * These chances at the step "quick" and at the step "quiet", against the usual ones. Where fixes claim 8 m or come every
 * five minutes no belief in the inside gets as strong as a quarter of the usual chance asks for.
 */
const QUICK = 2;
const QUIET = 0.25;
const QUIET_INSIDE = 0.6;

/**
 * A geofence that is shallower than this decides with less: its edge is so near that errors alone cross it. The chances
 * fall with the square of its depth.
 */
const SHALLOW_CELLS = 5_000 / CELL_CM;

/** The first side inside may be wrong so many times as often: it raises no alarm, and most tags begin at home. */
const FIRST_INSIDE = 3;

/** How likely a tag is inside before any fix: most begin at home. */
export const BEGINS_INSIDE = 0.8;

/**
 * A fix after a search that found nothing comes from under a roof, more often than not, and errs as much more: 22 m per
 * axis where others err by 4 to 7.
 */
const ROOF_ERRORS = 3;

/** Least expected error of a fix from a collar, whatever the receiver claims. */
const FLOOR_CM = 430;

/**
 * Expected error along one direction in cm over claimed error in dm. Small receivers are over-confident: in the logs of
 * receivers at rest one fix in twenty errs by three times its claim over both directions.
 */
const CM_PER_CLAIMED_DM = 16;

/**
 * Within this distance of the edge the decision needs the exact distance of a fix. Deeper inside it makes no difference;
 * farther outside a lower bound that does not depend on the grid is enough.
 */
export const EXACT_WITHIN_CM = DEEPEST_CM;

/**
 * A side that no fix has confirmed for this long is unknown. Of the recorded cats that were inside, 95 % still were when
 * they were next seen after a day, as many as after a quarter of an hour; of those that were out, four in ten were back
 * after an hour. docs/fences.md has the figures.
 */
const INSIDE_BELIEVED_S = 24 * 3600;
const OUTSIDE_BELIEVED_S = 6 * 3600;

/** This many fixes in a row that are older than the last one, but in order, show that the clock was wrong before. */
const LATE_BELIEVED = 10;

function nameOf(code: number): Side {
  if (code === INSIDE) return "inside";
  return code === OUTSIDE ? "outside" : "unknown";
}

/** Where the tag is to each of its geofences, and the evidence for it. Made once. */
export class Sides {
  readonly belief: Belief;
  readonly sides: Uint8Array;
  /** First entry that counted in the last change; first entry since the current side was last certain. */
  readonly evidence: Uint32Array;
  readonly doubtedFrom: Uint32Array;
  /** Time of the last fix that counted, 0 for none. */
  readonly lastAtS: Float64Array;
  readonly lateAtS: Float64Array;
  readonly lateRuns: Uint8Array;
  /** The last side that was known, also while the side is unknown; before the last change, as the transition says it. */
  readonly known: Uint8Array;
  readonly knownBefore: Uint8Array;
  /** Accepted chances that a decision is wrong; settings change them. */
  wrongOutside: number;
  wrongInside: number;

  /** `wrongOutside`, `wrongInside`: accepted chances that a decision is wrong, 0 to 0.5. */
  constructor(capacity: number, wrongOutside = WRONG_OUTSIDE, wrongInside = WRONG_INSIDE) {
    this.belief = new Belief(capacity);
    this.sides = new Uint8Array(capacity);
    this.evidence = new Uint32Array(capacity);
    this.doubtedFrom = new Uint32Array(capacity);
    this.lastAtS = new Float64Array(capacity);
    this.lateAtS = new Float64Array(capacity);
    this.lateRuns = new Uint8Array(capacity);
    this.known = new Uint8Array(capacity);
    this.knownBefore = new Uint8Array(capacity);
    this.wrongOutside = wrongOutside;
    this.wrongInside = wrongInside;
  }

  side(index: number): Side {
    return nameOf(this.sides[index] as number);
  }

  /** Number of the first entry that counted in the last change. */
  evidenceFrom(index: number): number {
    return this.evidence[index] as number;
  }

  /** The last known side before the last change of side; null when there was none. */
  lastKnown(index: number): LastKnown {
    const side = nameOf(this.knownBefore[index] as number);
    return side === "unknown" ? null : side;
  }

  /** Sets the last known side of a start after which nothing else is known. */
  recall(index: number, side: LastKnown): void {
    this.known[index] = side === null ? UNKNOWN : side === "inside" ? INSIDE : OUTSIDE;
  }

  /** Starts again with every side unknown and none ever known, as after other geofences. */
  forget(): void {
    for (let index = 0; index < this.sides.length; index++) this.drop(index);
  }

  /** The geofence is another one: nothing of it is known. */
  drop(index: number): void {
    this.forgetOne(index);
    this.known[index] = UNKNOWN;
    this.knownBefore[index] = UNKNOWN;
  }

  /**
   * New settings: geofence i is the one that was `from[i]`, or a new one where that is negative. What is known of a
   * geofence moves with it.
   */
  rearrange(from: readonly number[]): void {
    const all: (Uint8Array | Uint32Array | Float64Array)[] = [
      this.sides,
      this.evidence,
      this.doubtedFrom,
      this.lastAtS,
      this.lateAtS,
      this.lateRuns,
      this.known,
      this.knownBefore,
      this.belief.outside,
      this.belief.first,
      this.belief.cells,
    ];
    for (const values of all) {
      const each = values.length / this.sides.length;
      const before = values.slice();
      for (let i = 0; i < from.length * each; i++)
        values[i] = before[(from[Math.floor(i / each)] as number) * each + (i % each)] ?? 0;
    }
    for (let i = 0; i < this.sides.length; i++) if ((from[i] ?? -1) < 0) this.drop(i);
  }

  /** Starts again with this side unknown; the last known one stays. */
  forgetOne(index: number): void {
    this.sides[index] = UNKNOWN;
    this.evidence[index] = 0;
    this.doubtedFrom[index] = 0;
    this.lastAtS[index] = 0;
    this.lateAtS[index] = 0;
    this.lateRuns[index] = 0;
  }
}

/** Sets the bounds of the sequential test; absent = usual. */
export function setDetection(state: Sides, detection: Detection | undefined): void {
  const isQuiet = detection === "quiet";
  const part = detection === "quick" ? QUICK : 1;
  state.wrongOutside = WRONG_OUTSIDE * (isQuiet ? QUIET : part);
  state.wrongInside = WRONG_INSIDE * (isQuiet ? QUIET_INSIDE : part);
}

function scaleCm(accuracyDm: number): number {
  return Math.max(FLOOR_CM, accuracyDm * CM_PER_CLAIMED_DM);
}

/** Whether a fix that is no newer than the last shows that the last one's time was wrong. */
function provesClockWrong(state: Sides, index: number, atS: number): boolean {
  const inOrder = atS > (state.lateAtS[index] as number);
  const run = inOrder ? (state.lateRuns[index] as number) + 1 : 1;
  state.lateAtS[index] = atS;
  state.lateRuns[index] = run;
  return run >= LATE_BELIEVED;
}

/** The side that the bounds give; BETWEEN when neither is reached. */
function codeOf(state: Sides, index: number): number {
  const outside = state.belief.outside[index] as number;
  const inside = INSIDE_CELLS - (state.belief.first[index] as number);
  const depth = Math.min(1, inside / SHALLOW_CELLS);
  if (outside >= 1 - state.wrongOutside * depth * depth) return OUTSIDE;
  const isFirst = state.sides[index] === UNKNOWN;
  return outside <= state.wrongInside * (isFirst ? FIRST_INSIDE : 1) ? INSIDE : BETWEEN;
}

/** Whether what is believed after the last fix bears the side that is held. */
export function isCertain(state: Sides, index: number): boolean {
  return codeOf(state, index) === state.sides[index];
}

/** Keeps the number of the first entry since the current side was certain. */
function follow(state: Sides, index: number, before: number, after: number, entryNumber: number): void {
  const side = state.sides[index];
  if (before === side) state.doubtedFrom[index] = 0;
  if (after !== side && state.doubtedFrom[index] === 0) state.doubtedFrom[index] = entryNumber;
}

function weigh(
  state: Sides,
  index: number,
  signedDistanceCm: number,
  depthCm: number,
  fix: SeenFix,
  darkAtS: number,
): void {
  const lastAtS = state.lastAtS[index] as number;
  const seconds = fix.at - lastAtS;
  const wasDark = darkAtS > lastAtS && darkAtS < fix.at;
  const claimedCm = scaleCm(fix.accuracyDm);
  const errorCm = wasDark ? claimedCm * ROOF_ERRORS : claimedCm;
  const distanceCm = signedDistanceCm < -DEEPEST_CM ? -DEEPEST_CM : signedDistanceCm;
  state.lastAtS[index] = fix.at;
  if (lastAtS === 0) state.belief.forget(index, depthCm, BEGINS_INSIDE);
  if (state.belief.travels(index, fix, claimedCm, seconds)) state.belief.place(index, distanceCm, errorCm);
  else state.belief.update(index, distanceCm, errorCm, seconds, wasDark ? fix.at - darkAtS : seconds);
}

/**
 * Takes one fix with its signed distance (as Geofences.distanceCm gives it, `depthCm` as Geofences.depthCm) and returns
 * the new side when it changed. The side before is read with `state.side` before the call, the evidence with
 * `state.evidenceFrom` after it. `darkAtS`: when the last search since the fix before found nothing, 0 for none; the cat
 * was under a roof until then. No single fix gives or changes a side. A fix that is no newer than the last one changes
 * nothing, unless ten in a row show that the clock was wrong.
 */
export function decide(
  state: Sides,
  index: number,
  signedDistanceCm: number,
  depthCm: number,
  fix: SeenFix,
  entryNumber: number,
  darkAtS = 0,
): Side | undefined {
  if (fix.at <= (state.lastAtS[index] as number)) {
    if (!provesClockWrong(state, index, fix.at)) return undefined;
    state.forgetOne(index);
  }
  state.lateRuns[index] = 0;
  const before = codeOf(state, index);
  weigh(state, index, signedDistanceCm, depthCm, fix, darkAtS);
  const code = codeOf(state, index);
  follow(state, index, before, code, entryNumber);
  const side = state.sides[index] as number;
  const isAlone = state.doubtedFrom[index] === entryNumber;
  if (code === BETWEEN || code === side || isAlone) return undefined;
  state.sides[index] = code;
  state.knownBefore[index] = state.known[index] as number;
  state.known[index] = code;
  state.evidence[index] = state.doubtedFrom[index] as number;
  state.doubtedFrom[index] = 0;
  return nameOf(code);
}

/** Lets old evidence expire: returns "unknown" when no recent fix supports the side at `atS`, otherwise undefined. */
export function expire(state: Sides, index: number, atS: number): Side | undefined {
  const side = state.sides[index] as number;
  const believedS = side === INSIDE ? INSIDE_BELIEVED_S : OUTSIDE_BELIEVED_S;
  if (side === UNKNOWN || atS - (state.lastAtS[index] as number) <= believedS) return undefined;
  state.sides[index] = UNKNOWN;
  state.knownBefore[index] = side;
  state.evidence[index] = 0;
  state.lastAtS[index] = 0;
  return "unknown";
}
