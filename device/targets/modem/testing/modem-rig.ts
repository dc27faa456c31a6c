import type { Clock } from "@purrimeter/device/ports";
import type { ModemUplink } from "../modem-uplink.ts";
import type { SimulatedModem } from "./simulated-modem.ts";

/** A clock that runs faster than the machine's: a second of it takes `secondMs`. */
export class FastClock implements Clock {
  private readonly secondMs: number;
  private readonly beganMs = performance.now();
  private utcAtZeroS: number;

  /** `utcS` 0: nobody has told it the time. */
  constructor(secondMs: number, utcS: number) {
    this.secondMs = secondMs;
    this.utcAtZeroS = utcS;
  }

  monotonicMs(): number {
    return ((performance.now() - this.beganMs) * 1_000) / this.secondMs;
  }

  utcS(): number {
    return this.utcAtZeroS === 0 ? 0 : this.utcAtZeroS + Math.floor(this.monotonicMs() / 1_000);
  }

  setUtcS(utcS: number): void {
    this.utcAtZeroS = utcS - Math.floor(this.monotonicMs() / 1_000);
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
    const delayMs = Math.max(0, Math.min(waitMs, 60_000));
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
