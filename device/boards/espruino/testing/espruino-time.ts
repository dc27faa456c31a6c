import { BoardTime } from "../../../core/testing/board-time.ts";

/** Espruino's clock and timers. */
export class EspruinoTime {
  private readonly time: BoardTime;
  private readonly timers = new Map<number, () => void>();
  private made = 0;

  /** `secondMs`: as BoardTime has it. `eachSecond` gets the number of the second that has begun, counted from the start. */
  constructor(secondMs: number, eachSecond: (second: number) => void) {
    this.time = new BoardTime(secondMs);
    this.time.every(1_000, () => eachSecond(Math.floor(this.nowS)));
  }

  /** Seconds since the board was switched on. */
  get nowS(): number {
    return this.time.nowMs / 1_000;
  }

  after(call: () => void, ms: number): number {
    const id = ++this.made;
    const cancel = this.time.after(ms, () => {
      this.timers.delete(id);
      call();
    });
    this.timers.set(id, cancel);
    return id;
  }

  cancel(id: number): void {
    this.timers.get(id)?.();
    this.timers.delete(id);
  }

  /** Light sleep. */
  sleep(ms: number): void {
    this.time.sleep(ms);
  }

  stop(): void {
    this.time.stop();
  }
}
