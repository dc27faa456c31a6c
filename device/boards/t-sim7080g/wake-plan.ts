/** Less is not worth falling asleep for. */
const SHORTEST_DOZE_MS = 1_000;
/** Timers of the engines take 31 bits of milliseconds; an hour is early enough to look again. */
const LONGEST_SLEEP_MS = 3_600_000;

/** What the plan asks of a board. */
export interface WakeHost {
  monotonicMs(): number;
  /** When something wants to be done, in milliseconds of the monotonic clock; Infinity = not by itself. */
  nextWakeMs(): number;
  /** Whether nobody sends bytes that a sleeping processor would not hear, and no pin changes meanwhile. */
  isQuiet(): boolean;
  /** Calls once after so many milliseconds; what it returns takes that back. */
  after(ms: number, call: () => void): () => void;
  /** Sleeps for so long, or until the cat moves. */
  doze(ms: number): void;
  /** Does what is due. */
  wake(): void;
}

/** A board's next wake-up: a timer while it must hear its ports, light sleep otherwise. */
export class WakePlan {
  private readonly host: WakeHost;
  private cancel: () => void;

  constructor(host: WakeHost) {
    this.host = host;
    this.cancel = () => undefined;
  }

  /** Plans anew; to be called after whatever may have changed it. */
  renew(): void {
    this.cancel();
    const waitMs = this.waitMs();
    const mayDoze = this.mayDoze(waitMs);
    this.cancel = this.host.after(mayDoze ? 1 : waitMs, () => (mayDoze ? this.doze() : this.wake()));
  }

  private waitMs(): number {
    const { host } = this;
    return Math.max(1, Math.min(host.nextWakeMs() - host.monotonicMs(), LONGEST_SLEEP_MS));
  }

  private mayDoze(waitMs: number): boolean {
    return waitMs >= SHORTEST_DOZE_MS && this.host.isQuiet();
  }

  private doze(): void {
    const waitMs = this.waitMs();
    if (this.mayDoze(waitMs)) this.host.doze(waitMs);
    this.wake();
  }

  private wake(): void {
    this.host.wake();
    this.renew();
  }
}
