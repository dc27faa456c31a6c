/**
 * Maps real time to one tag's virtual time. Free, it runs `speed` times as fast; held, as fast as real time; and never
 * beyond `limitMs`.
 */
export class Pace {
  #speed: number;
  readonly #limitMs: (realMs: number) => number;
  #virtualMs = 0;
  #realMs: number;
  #isHeld = false;

  /** `speed` may be Infinity: free time then stands still here and its owner jumps with `moveTo`. */
  constructor(speed: number, realMs: number, limitMs: (realMs: number) => number) {
    this.#speed = speed;
    this.#realMs = realMs;
    this.#limitMs = limitMs;
  }

  get #rate(): number {
    return this.#isHeld ? 1 : this.#speed;
  }

  /** From now on free time runs so fast. */
  changeSpeed(speed: number): void {
    this.#speed = speed;
  }

  /** Virtual time that has been reached; Infinity-fast free time is the limit. */
  virtualMs(realMs: number): number {
    const elapsedMs = realMs - this.#realMs;
    const aheadMs = this.#rate === Infinity ? Infinity : elapsedMs * this.#rate;
    return Math.max(this.#virtualMs, Math.min(this.#virtualMs + aheadMs, this.#limitMs(realMs)));
  }

  /** The tag has lived up to here, and is held or not from now on. */
  moveTo(virtualMs: number, realMs: number, isHeld: boolean): void {
    this.#virtualMs = virtualMs;
    this.#realMs = realMs;
    this.#isHeld = isHeld;
  }

  /** Real time at which the given virtual time comes. */
  dueMs(virtualMs: number, realMs: number): number {
    const freeMs = this.#realMs + Math.max(0, virtualMs - this.#virtualMs) / this.#rate;
    const overMs = virtualMs - this.#limitMs(realMs);
    return Math.max(freeMs, overMs > 0 ? realMs + overMs : 0);
  }
}
