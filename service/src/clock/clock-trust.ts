import { ClockWitnesses } from "./clock-witnesses.ts";
import type { Time } from "../time/time.ts";

/** Why a clock is not trusted: constants, for log and readiness. */
export type ClockDoubt = "jumped" | "ahead-at-start" | "behind-at-start" | "tags-disagree";

/** A time server slews by 43 s a day at most (500 ppm), and looks are seconds apart: more than this was a step. */
const JUMP_MS = 120_000;

/** The service may have been off for a night. An error of this size costs half a day of history, which is gone soon anyway. */
const OFF_MS = 12 * 3_600_000;

/** How long a clock has to run undisputed. */
export const UNDISPUTED_MS = 24 * 3_600_000;

/** Twice what a time server slews. */
const DRIFT = 0.001;

/** A time that was believed, and the monotonic time then. */
interface Reference {
  readonly utcMs: number;
  readonly monotonicMs: number;
  /** How far the clock may be ahead of it. */
  readonly aheadMs: number;
}

/** What the clock is asked of. */
export interface ClockTrustOptions {
  readonly time: Time;
  /** The last trusted time that was kept, ms of UTC; undefined in a new installation, whose clock is trusted. */
  readonly lastMs: number | undefined;
}

/**
 * Whether the wall clock may delete, renew or expire anything. It may not after it stepped against the monotonic clock (a
 * suspended machine looks the same), when it differs at start from the last trusted time, or when tags' receivers say otherwise;
 * until it is back where it should be, until tags agree with it, or until it has run for 24 h undisputed. No IO; not to be kept
 * over a restart except for the last trusted time.
 */
export class ClockTrust {
  readonly #time: Time;
  readonly #witnesses = new ClockWitnesses();
  #reference: Reference | undefined;
  #seen: { readonly utcMs: number; readonly monotonicMs: number };
  #sinceMs: number;
  #doubt: ClockDoubt | undefined;

  constructor({ time, lastMs }: ClockTrustOptions) {
    this.#time = time;
    this.#seen = this.#now();
    this.#sinceMs = this.#seen.monotonicMs;
    if (lastMs !== undefined) {
      this.#reference = { utcMs: lastMs, monotonicMs: this.#seen.monotonicMs, aheadMs: OFF_MS };
      this.#doubt = this.#offMs(this.#reference) > 0 ? "ahead-at-start" : "behind-at-start";
    }
    this.look();
  }

  /** Looks at the clock first, so that no step stays unnoticed between two looks. */
  isTrusted(): boolean {
    return this.look() === undefined;
  }

  /** Looks at the clock; why it is not trusted, or undefined when it is. To be called each few seconds. */
  look(): ClockDoubt | undefined {
    const now = this.#now();
    const passedMs = now.monotonicMs - this.#seen.monotonicMs;
    const stepMs = now.utcMs - this.#seen.utcMs - passedMs;
    if (Math.abs(stepMs) > JUMP_MS + passedMs * DRIFT) this.#stepped();
    this.#seen = now;
    if (this.#doubt !== undefined && this.#isSettled(now.monotonicMs)) this.#doubt = undefined;
    if (this.#doubt === undefined) this.#reference = { ...now, aheadMs: JUMP_MS };
    return this.#doubt;
  }

  /** A tag's receiver said this time in a report that came just now. `tag` tells tags apart. */
  heard(tag: string, utcMs: number): void {
    this.look();
    const { utcMs: nowMs, monotonicMs } = this.#seen;
    const verdict = this.#witnesses.hear(tag, utcMs - nowMs, monotonicMs);
    if (verdict === "agree") this.#doubt = undefined;
    if (verdict !== "disagree") return;
    this.#doubt ??= "tags-disagree";
    this.#reference = undefined;
    this.#sinceMs = monotonicMs;
  }

  #stepped(): void {
    this.#doubt ??= "jumped";
    this.#sinceMs = this.#time.monotonicMs();
    this.#witnesses.clear();
  }

  #isSettled(monotonicMs: number): boolean {
    if (monotonicMs - this.#sinceMs >= UNDISPUTED_MS) return true;
    if (this.#reference === undefined) return false;
    const offMs = this.#offMs(this.#reference);
    const driftMs = (monotonicMs - this.#reference.monotonicMs) * DRIFT;
    return offMs >= -JUMP_MS - driftMs && offMs <= this.#reference.aheadMs + driftMs;
  }

  #offMs(reference: Reference): number {
    const { utcMs, monotonicMs } = this.#now();
    return utcMs - reference.utcMs - (monotonicMs - reference.monotonicMs);
  }

  #now(): { readonly utcMs: number; readonly monotonicMs: number } {
    return { utcMs: this.#time.utcMs(), monotonicMs: this.#time.monotonicMs() };
  }
}
