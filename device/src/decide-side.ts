import type { Side } from "@purrimeter/protocol/values";

const UNKNOWN = 0;
const INSIDE = 1;
const OUTSIDE = 2;

/** Receivers claim less than a metre in the shade of a house; no margin is smaller than this. */
const FLOOR_CM = 1_000;

/** A fix so many margins beyond the edge needs no second one. */
const STRONG = 5;

/** Fixes in a row that a change needs otherwise. */
const NEEDED = 2;

/** A side that no fix has confirmed for this long is unknown. */
const BELIEVED_S = 6 * 3600;

function nameOf(code: number): Side {
  if (code === INSIDE) return "inside";
  return code === OUTSIDE ? "outside" : "unknown";
}

/** Where the tag is to each of its geofences, and the evidence for it. */
export class Sides {
  readonly sides: Uint8Array;
  /** Side that the last fixes in a row say, and how many. */
  readonly leanings: Uint8Array;
  readonly runs: Uint8Array;
  readonly evidence: Uint32Array;
  readonly lastAtS: Float64Array;

  constructor(capacity: number) {
    this.sides = new Uint8Array(capacity);
    this.leanings = new Uint8Array(capacity);
    this.runs = new Uint8Array(capacity);
    this.evidence = new Uint32Array(capacity);
    this.lastAtS = new Float64Array(capacity);
  }

  side(index: number): Side {
    return nameOf(this.sides[index] ?? UNKNOWN);
  }

  /** Number of the first entry that counted in the last change. */
  evidenceFrom(index: number): number {
    return this.evidence[index] ?? 0;
  }

  /** Starts again with every side unknown, as after new settings. */
  forget(): void {
    this.sides.fill(UNKNOWN);
    this.leanings.fill(UNKNOWN);
    this.runs.fill(0);
    this.evidence.fill(0);
    this.lastAtS.fill(0);
  }
}

function marginCm(accuracyDm: number): number {
  return Math.max(accuracyDm * 10, FLOOR_CM);
}

/** How near the edge the decision wants the exact distance of a fix of this accuracy, in cm. */
export function exactWithinCm(accuracyDm: number): number {
  return marginCm(accuracyDm) * STRONG;
}

function leaningOf(signedDistanceCm: number, margin: number): number {
  if (signedDistanceCm > margin) return OUTSIDE;
  return signedDistanceCm < -margin ? INSIDE : UNKNOWN;
}

function lean(state: Sides, index: number, leaning: number, entryNumber: number): number {
  const run = leaning === state.leanings[index] ? (state.runs[index] ?? 0) + 1 : 1;
  if (run === 1) state.evidence[index] = entryNumber;
  state.leanings[index] = leaning;
  state.runs[index] = Math.min(run, NEEDED);
  return run;
}

/**
 * Takes one fix's signed distance (as Geofences.distanceCm gives it) and returns the new side when it changed.
 * The side before is read with `state.side` before the call, the evidence with `state.evidenceFrom` after it.
 * A fix that is no newer than the last one changes nothing.
 */
export function decide(
  state: Sides,
  index: number,
  signedDistanceCm: number,
  accuracyDm: number,
  atS: number,
  entryNumber: number,
): Side | undefined {
  if (atS <= (state.lastAtS[index] ?? 0)) return undefined;
  state.lastAtS[index] = atS;
  const margin = marginCm(accuracyDm);
  const leaning = leaningOf(signedDistanceCm, margin);
  const run = lean(state, index, leaning, entryNumber);
  if (leaning === UNKNOWN || leaning === state.sides[index]) return undefined;
  const strong = Math.abs(signedDistanceCm) >= margin * STRONG || state.sides[index] === UNKNOWN;
  if (run < NEEDED && !strong) return undefined;
  state.sides[index] = leaning;
  return nameOf(leaning);
}

/** Lets old evidence go: returns "unknown" when the side is no longer backed at `atS`, otherwise undefined. */
export function expire(state: Sides, index: number, atS: number): Side | undefined {
  if (state.sides[index] === UNKNOWN || atS - (state.lastAtS[index] ?? 0) <= BELIEVED_S) return undefined;
  state.sides[index] = UNKNOWN;
  state.leanings[index] = UNKNOWN;
  return "unknown";
}
