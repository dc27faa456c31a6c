import type { Clock } from "@purrimeter/device/ports";
import type { ModemUplink } from "../modem-uplink.ts";
import type { SimulatedModem } from "./simulated-modem.ts";

const TICK_MS = 5;

/**
 * A clock that runs faster than the machine's: a second of it takes `secondMs`. It passes in ticks of the event loop, so that
 * a machine that is busy with something else lets no deadline pass.
 */
export class FastClock implements Clock {
  private readonly timer: NodeJS.Timeout;
  private nowMs = 0;
  private utcAtZeroS: number;

  /** `utcS` 0: nobody has told it the time. */
  constructor(secondMs: number, utcS: number) {
    this.utcAtZeroS = utcS;
    this.timer = setInterval(() => (this.nowMs += (TICK_MS * 1_000) / secondMs), TICK_MS);
  }

  monotonicMs(): number {
    return this.nowMs;
  }

  utcS(): number {
    return this.utcAtZeroS === 0 ? 0 : this.utcAtZeroS + Math.floor(this.nowMs / 1_000);
  }

  setUtcS(utcS: number): void {
    this.utcAtZeroS = utcS - Math.floor(this.nowMs / 1_000);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

/** Runs an uplink on a modem as a board does: bytes in, and a timer for whatever it wants next. */
export class ModemLoop {
  private readonly uplink: ModemUplink;
  private readonly clock: FastClock;
  private readonly secondMs: number;
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(uplink: ModemUplink, modem: SimulatedModem, clock: FastClock, secondMs: number) {
    this.uplink = uplink;
    this.clock = clock;
    this.secondMs = secondMs;
    modem.receiver = (bytes) => {
      // As a serial port does: never within a call of ours.
      const copy = Uint8Array.from(bytes);
      setImmediate(() => {
        if (this.isStopped) return;
        uplink.modemBytes(copy, copy.length);
        this.plan();
      });
    };
  }

  /** After every call of the uplink. */
  plan(): void {
    clearTimeout(this.timer);
    if (this.isStopped) return;
    const waitMs = ((this.uplink.nextWakeMs() - this.clock.monotonicMs()) * this.secondMs) / 1_000;
    const delayMs = Math.max(1, Math.min(waitMs, 60_000));
    this.timer = setTimeout(() => {
      this.uplink.wake();
      this.plan();
    }, delayMs);
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }
}
