import type { GeofenceRef, Side } from "@purrimeter/protocol/values";
import type { Difference } from "./comparison.ts";

/**
 * Whatever the tag believed before, after so many fixes and so long it believes what the fixes since say: two beliefs
 * with different pasts were within 10^-9 of each other after at most 34 fixes three minutes apart, 42 a minute apart and 114
 * twenty seconds apart (2,280 s; recorded and invented cats). Ten more prove that an earlier time was wrong (decide-side.ts).
 */
const CONVERGED_FIXES = 80;
const CONVERGED_S = 3_600;

/** Fixes in a row on which the belief is sure: then the tag has decided the same side, and doubts nothing. */
const SURE_FIXES = 2;

/** A tag that decides at most so many fixes before or after us decided the same at another time. */
const OTHER_TIME_FIXES = 10;

/**
 * `waiting`: the tag's state is not known, nothing is computed. `converging`: computed from some fix on, until the past
 * makes no difference. `known`: the tag's state is ours.
 */
export type Phase = "waiting" | "converging" | "known";

/** One transition that the tag or we made alone. */
interface Alone {
  readonly how: "missing-in-tag" | "missing-in-ours";
  readonly to: Side;
  fixesLeft: number;
}

/** One geofence of a tag, and how far its side can be compared with ours. */
export class ComparedFence {
  readonly ref: GeofenceRef;
  readonly slot: number;
  phase: Phase = "waiting";
  /** Whether the next transition's first entry of evidence cannot be known. */
  isEvidenceUnknown = false;
  #fixes = 0;
  #sinceAt = 0;
  #newestAt = 0;
  #sureRun = 0;
  #alone: Alone | undefined;

  constructor(ref: GeofenceRef, slot: number) {
    this.ref = ref;
    this.slot = slot;
  }

  /** Computes from the next fix on. */
  converge(): void {
    this.phase = "converging";
    this.isEvidenceUnknown = false;
    this.#fixes = 0;
    this.#newestAt = 0;
    this.#sureRun = 0;
  }

  /** After a fix while converging: `isSure` when the belief is, and the side is what it says. */
  converged(at: number, isSure: boolean): void {
    if (at <= this.#newestAt) this.#fixes = 0;
    if (this.#fixes === 0) this.#sinceAt = at;
    this.#newestAt = Math.max(this.#newestAt, at);
    this.#fixes++;
    this.#sureRun = isSure ? this.#sureRun + 1 : 0;
    const isLong = this.#fixes >= CONVERGED_FIXES && at - this.#sinceAt >= CONVERGED_S;
    if (isLong && this.#sureRun >= SURE_FIXES) this.phase = "known";
  }

  /** Only one of us decided. Returns what is now certain: the same at another time, or one that stood alone before. */
  alone(how: Alone["how"], to: Side): Difference | undefined {
    const before = this.#alone;
    const isSame = before !== undefined && before.how !== how && before.to === to;
    this.#alone = isSame ? undefined : { how, to, fixesLeft: OTHER_TIME_FIXES };
    return isSame ? "other-time" : before?.how;
  }

  /** A fix passed: returns what stood alone for too long. */
  passed(): Difference | undefined {
    if (this.#alone === undefined || --this.#alone.fixesLeft > 0) return undefined;
    return this.settle();
  }

  /** Nothing more comes: returns what stood alone. */
  settle(): Difference | undefined {
    const how = this.#alone?.how;
    this.#alone = undefined;
    return how;
  }
}
