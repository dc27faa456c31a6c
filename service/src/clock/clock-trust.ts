import { ClockWitnesses } from "./clock-witnesses.ts";
import type { Time } from "../time/time.ts";

/** Why a clock is not trusted: constants, for log and readiness. */
export type ClockDoubt = "long-stop" | "jumped" | "ahead-at-start" | "behind-at-start" | "tags-disagree";

/** A time server slews by 43 s a day at most (500 ppm), and looks are seconds apart: more than this was a step. */
const JUMP_MS = 120_000;

/** The service may have been off for a night. An error of this size costs half a day of history, which is gone soon anyway. */
const OFF_MS = 12 * 3_600_000;

/** A house may be closed for a season. What is ahead by more at a start is rather a wrong clock than a stop. */
const STOP_MS = 92 * 24 * 3_600_000;

/** A machine without a clock of its own begins with its last time, and is set by a time server after it started. */
const BOOT_MS = 600_000;

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
  /** How far it may be ahead as after a long stop. */
  readonly stopMs: number;
}

/** A clock that was not trusted when the process ended, and how long it had run undisputed, by the monotonic clock. */
export interface DoubtedClock {
  /** The doubted clock's last time. */
  readonly utcMs: number;
  readonly undisputedMs: number;
}

/** What the clock is asked of. */
export interface ClockTrustOptions {
  readonly time: Time;
  /** The last trusted time that was kept, ms of UTC; undefined in a new installation, whose clock is trusted. */
  readonly lastMs: number | undefined;
  /** What was kept of a doubt, if there was one. */
  readonly doubted?: DoubtedClock | undefined;
}

/**
 * Whether the wall clock may delete, renew or expire anything. It may not after it stepped against the monotonic clock (a
 * suspended machine looks the same), when it differs at start from the last trusted time, or when tags' receivers say otherwise;
 * until it is back where it should be, until tags agree with it, or until it has run for 24 h undisputed, restarts included. A clock
 * that is ahead as after a long stop is plausible: nothing is deleted by it either, and nothing is unwell. No IO; over a restart
 * only the last trusted time and `undisputed` are kept.
 */
export class ClockTrust {
  readonly #time: Time;
  readonly #witnesses = new ClockWitnesses();
  #reference: Reference | undefined;
  #seen: { readonly utcMs: number; readonly monotonicMs: number };
  readonly #startMs: number;
  #sinceMs: number;
  #doubt: ClockDoubt | undefined;

  constructor({ time, lastMs, doubted }: ClockTrustOptions) {
    this.#time = time;
    this.#seen = this.#now();
    this.#startMs = this.#seen.monotonicMs;
    this.#sinceMs = this.#startMs;
    if (lastMs !== undefined) {
      this.#reference = { utcMs: lastMs, monotonicMs: this.#startMs, aheadMs: OFF_MS, stopMs: STOP_MS };
      this.#dispute(this.#seen.utcMs > lastMs ? "ahead-at-start" : "behind-at-start");
      if (doubted !== undefined && this.#goesOn(doubted)) this.#sinceMs -= doubted.undisputedMs;
    }
    this.look();
  }

  /** Looks at the clock first, so that no step stays unnoticed between two looks. */
  isTrusted(): boolean {
    return this.look() === undefined;
  }

  /** Whether the clock is trusted, or ahead as after a long stop: enough for what a right clock undoes by itself. */
  isPlausible(): boolean {
    const doubt = this.look();
    return doubt === undefined || doubt === "long-stop";
  }

  /** What is to be kept over a restart while the clock is not trusted; undefined when it is. */
  get doubted(): DoubtedClock | undefined {
    if (this.#doubt === undefined) return undefined;
    return { utcMs: this.#seen.utcMs, undisputedMs: this.#seen.monotonicMs - this.#sinceMs };
  }

  /** Looks at the clock; why it is not trusted, or undefined when it is. To be called each few seconds. */
  look(): ClockDoubt | undefined {
    const now = this.#now();
    const passedMs = now.monotonicMs - this.#seen.monotonicMs;
    const stepMs = now.utcMs - this.#seen.utcMs - passedMs;
    this.#seen = now;
    if (Math.abs(stepMs) > JUMP_MS + passedMs * DRIFT) this.#stepped();
    if (this.#doubt !== undefined && this.#isSettled()) this.#doubt = undefined;
    if (this.#doubt === undefined) this.#reference = this.#trustedNow();
    return this.#doubt;
  }

  /** A tag's receiver said this time in a report that came just now. `tag` tells tags apart. */
  heard(tag: string, utcMs: number): void {
    this.look();
    const { utcMs: nowMs, monotonicMs } = this.#seen;
    const verdict = this.#witnesses.hear(tag, utcMs - nowMs, monotonicMs);
    if (verdict === "agree") this.#doubt = undefined;
    if (verdict !== "disagree") return;
    this.#reference = undefined;
    this.#dispute("tags-disagree");
    this.#sinceMs = monotonicMs;
  }

  #stepped(): void {
    this.#dispute("jumped");
    this.#sinceMs = this.#seen.monotonicMs;
    this.#witnesses.clear();
  }

  /** The first reason stays, unless the clock is where a long stop would have left it, or was there. */
  #dispute(reason: ClockDoubt): void {
    const reference = this.#reference;
    const offMs = reference === undefined ? -1 : this.#offMs(reference);
    if (reference !== undefined && offMs > 0 && offMs <= reference.stopMs) this.#doubt = "long-stop";
    else if (this.#doubt === undefined || this.#doubt === "long-stop") this.#doubt = reason;
  }

  /** Whether it is the clock that was doubted before the restart, which may itself have come after a stop. */
  #goesOn({ utcMs }: DoubtedClock): boolean {
    const offMs = this.#seen.utcMs - utcMs;
    return offMs >= -JUMP_MS && offMs <= STOP_MS;
  }

  #trustedNow(): Reference {
    const isBooting = this.#seen.monotonicMs - this.#startMs < BOOT_MS;
    return { ...this.#seen, aheadMs: JUMP_MS, stopMs: isBooting ? STOP_MS : JUMP_MS };
  }

  #isSettled(): boolean {
    const { monotonicMs } = this.#seen;
    if (monotonicMs - this.#sinceMs >= UNDISPUTED_MS) return true;
    if (this.#reference === undefined) return false;
    const offMs = this.#offMs(this.#reference);
    const driftMs = (monotonicMs - this.#reference.monotonicMs) * DRIFT;
    return offMs >= -JUMP_MS - driftMs && offMs <= this.#reference.aheadMs + driftMs;
  }

  #offMs(reference: Reference): number {
    return this.#seen.utcMs - reference.utcMs - (this.#seen.monotonicMs - reference.monotonicMs);
  }

  #now(): { readonly utcMs: number; readonly monotonicMs: number } {
    return { utcMs: this.#time.utcMs(), monotonicMs: this.#time.monotonicMs() };
  }
}
