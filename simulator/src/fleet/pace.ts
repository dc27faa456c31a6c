/**
 * Maps real time to one tag's virtual time. Free time runs `speed` times as fast, held time as fast as real time; neither
 * passes `limitMs`.
 */
export class Pace {
  #speed: number;
  readonly #limitMs: (realMs: number) => number;
  #virtualMs = 0;
  #realMs: number;
  #isHeld = false;

  /** With `speed` Infinity free time does not advance here: the owner advances it with `moveTo`. */
  constructor(speed: number, realMs: number, limitMs: (realMs: number) => number) {
    this.#speed = speed;
    this.#realMs = realMs;
    this.#limitMs = limitMs;
  }

  get #rate(): number {
    return this.#isHeld ? 1 : this.#speed;
  }

  /** Changes the speed of free time. */
  changeSpeed(speed: number): void {
    this.#speed = speed;
  }

  /** The virtual time reached; the limit when free time is infinitely fast. */
  virtualMs(realMs: number): number {
    const elapsedMs = realMs - this.#realMs;
    const aheadMs = this.#rate === Infinity ? Infinity : elapsedMs * this.#rate;
    return Math.max(this.#virtualMs, Math.min(this.#virtualMs + aheadMs, this.#limitMs(realMs)));
  }

  /** The tag has reached this time, and is held or not from now on. */
  moveTo(virtualMs: number, realMs: number, isHeld: boolean): void {
    this.#virtualMs = virtualMs;
    this.#realMs = realMs;
    this.#isHeld = isHeld;
  }

  /** Real time at which the given virtual time is reached. */
  dueMs(virtualMs: number, realMs: number): number {
    const freeMs = this.#realMs + Math.max(0, virtualMs - this.#virtualMs) / this.#rate;
    const overMs = virtualMs - this.#limitMs(realMs);
    return Math.max(freeMs, overMs > 0 ? realMs + overMs : 0);
  }
}
