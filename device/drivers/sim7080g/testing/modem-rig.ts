import type { Clock } from "../../../core/ports.ts";
import type { BoardTime } from "../../../core/testing/board-time.ts";
import type { ModemUplink } from "../modem-uplink.ts";
import type { SimulatedModem } from "./simulated-modem.ts";

/** The clock of a board in its own time. */
export class BoardClock implements Clock {
  readonly time: BoardTime;
  private utcAtZeroS: number;

  /** `utcS` 0: the time is not set. */
  constructor(time: BoardTime, utcS: number) {
    this.time = time;
    this.utcAtZeroS = utcS;
  }

  monotonicMs(): number {
    return this.time.nowMs;
  }

  utcS(): number {
    return this.utcAtZeroS === 0 ? 0 : this.utcAtZeroS + Math.floor(this.time.nowMs / 1_000);
  }

  setUtcS(utcS: number): void {
    this.utcAtZeroS = utcS - Math.floor(this.time.nowMs / 1_000);
  }
}

/** Calls a part of the firmware whenever it is due, as a board does. */
export class WakeLoop {
  private readonly time: BoardTime;
  private readonly nextWakeMs: () => number;
  private readonly wake: () => void;
  private cancel: () => void = () => undefined;

  constructor(time: BoardTime, nextWakeMs: () => number, wake: () => void) {
    this.time = time;
    this.nextWakeMs = nextWakeMs;
    this.wake = wake;
  }

  /** After every call of that part. */
  plan(): void {
    this.cancel();
    const atMs = this.nextWakeMs();
    if (atMs === Infinity) return;
    this.cancel = this.time.after(Math.max(1, atMs - this.time.nowMs), () => {
      this.wake();
      this.plan();
    });
  }
}

/** Gives an uplink its modem's bytes as a serial port does: never within a call of the uplink. */
export function connectModem(uplink: ModemUplink, modem: SimulatedModem, loop: WakeLoop): void {
  modem.receiver = (bytes) => {
    const copy = Uint8Array.from(bytes);
    setImmediate(() => {
      if (!modem.isOn) return;
      uplink.modemBytes(copy, copy.length);
      loop.plan();
    });
  };
}
