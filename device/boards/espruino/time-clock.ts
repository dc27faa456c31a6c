import type { Clock } from "../../core/ports.ts";

/** Espruino's clock. Its time of day is not used: UTC comes from the receiver, and is unknown before. */
export class TimeClock implements Clock {
  private readonly time: () => number;
  private utcAtZeroS: number;

  /** `time`: seconds with fractions, which only grow. */
  constructor(time: () => number) {
    this.time = time;
    this.utcAtZeroS = 0;
  }

  monotonicMs(): number {
    return Math.floor(this.time() * 1_000);
  }

  utcS(): number {
    return this.utcAtZeroS === 0 ? 0 : Math.floor(this.time() + this.utcAtZeroS);
  }

  setUtcS(utcS: number): void {
    this.utcAtZeroS = utcS - Math.floor(this.time());
  }
}
