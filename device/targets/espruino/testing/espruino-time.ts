const TICK_MS = 5;

/** Espruino's clock and timers, faster than the machine's. The clock stands while the machine is busy. */
export class EspruinoTime {
  /** Since the board was switched on. */
  nowS = 0;
  private readonly timers = new Map<number, { readonly atS: number; readonly call: () => void }>();
  private readonly ticking: NodeJS.Timeout;
  private made = 0;
  private second = 0;

  /** `speed`: seconds of the board in one of ours. `eachSecond` is told which one has begun. */
  constructor(speed: number, eachSecond: (second: number) => void) {
    this.ticking = setInterval(() => {
      this.nowS += (speed * TICK_MS) / 1_000;
      this.fire();
      for (; this.second < Math.floor(this.nowS); this.second++) eachSecond(this.second);
    }, TICK_MS);
  }

  after(call: () => void, ms: number): number {
    const id = ++this.made;
    this.timers.set(id, { atS: this.nowS + ms / 1_000, call });
    return id;
  }

  cancel(id: number): void {
    this.timers.delete(id);
  }

  stop(): void {
    clearInterval(this.ticking);
    this.timers.clear();
  }

  private fire(): void {
    for (const [id, { atS, call }] of this.timers) {
      if (atS > this.nowS) continue;
      this.timers.delete(id);
      call();
    }
  }
}
