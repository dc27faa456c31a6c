import type { Clock } from "../../core/ports.ts";

const UINT32 = 4_294_967_296;

/**
 * The board's clocks: ticks are milliseconds in 32 bits, signed or not, which wrap after 49.7 days. It must be read
 * at least once in that time; the firmware's wake-ups do that.
 */
export class TicksClock implements Clock {
  private readonly ticks: () => number;
  private readonly setSystem: (utcS: number) => void;
  private lastTicks: number;
  private nowMs = 0;
  private utcAtZeroS = 0;

  /** `setSystem` sets the time by which TLS checks certificates. */
  constructor(ticks: () => number, setSystem: (utcS: number) => void) {
    this.ticks = ticks;
    this.setSystem = setSystem;
    this.lastTicks = ticks();
  }

  monotonicMs(): number {
    const ticks = this.ticks();
    this.nowMs += (ticks - this.lastTicks) >>> 0;
    this.lastTicks = ticks % UINT32;
    return this.nowMs;
  }

  utcS(): number {
    return this.utcAtZeroS === 0 ? 0 : this.utcAtZeroS + Math.floor(this.monotonicMs() / 1_000);
  }

  setUtcS(utcS: number): void {
    const atZeroS = utcS - Math.floor(this.monotonicMs() / 1_000);
    if (atZeroS !== this.utcAtZeroS) this.setSystem(utcS);
    this.utcAtZeroS = atZeroS;
  }
}
