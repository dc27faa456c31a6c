import type { Clock } from "@purrimeter/device/ports";

/** A board's two clocks on virtual time. The monotonic one starts at 0; UTC is unknown until the receiver sets it. */
export class VirtualClock implements Clock {
  /** Virtual milliseconds since the tag was switched on. Only the owner changes it, and only forward. */
  nowMs = 0;
  readonly #startsAt: number;
  #offsetS: number | undefined;

  /** `startsAt`: true UTC at the start, whole seconds. */
  constructor(startsAt: number) {
    this.#startsAt = startsAt;
  }

  monotonicMs(): number {
    return this.nowMs;
  }

  utcS(): number {
    return this.#offsetS === undefined ? 0 : this.#offsetS + Math.floor(this.nowMs / 1000);
  }

  setUtcS(utcS: number): void {
    this.#offsetS = utcS - Math.floor(this.nowMs / 1000);
  }

  /** True UTC. */
  trueUtcS(): number {
    return this.#startsAt + this.nowMs / 1000;
  }
}
