import type { Clock } from "../../core/ports.ts";

/** The machine's two clocks; the receiver sets UTC for this program only. */
export class SystemClock implements Clock {
  readonly #wallMs: () => number;
  readonly #steadyMs: () => number;
  #aheadS = 0;

  /** `wallMs`: milliseconds of UTC since 1970; `steadyMs`: milliseconds that only grow. */
  constructor(wallMs: () => number, steadyMs: () => number) {
    this.#wallMs = wallMs;
    this.#steadyMs = steadyMs;
  }

  monotonicMs(): number {
    return this.#steadyMs();
  }

  utcS(): number {
    return Math.floor(this.#wallMs() / 1_000) + this.#aheadS;
  }

  setUtcS(utcS: number): void {
    this.#aheadS = utcS - Math.floor(this.#wallMs() / 1_000);
  }
}
