/** Light sleep is not worth a shorter wait. */
const SHORTEST_SLEEP_MS = 1_000;
/** Timers of the engines take 31 bits of milliseconds; longer waits are divided. */
const LONGEST_SLEEP_MS = 3_600_000;

/** What the plan needs from a board. */
export interface WakeHost {
  monotonicMs(): number;
  /** When the next action is due, in milliseconds of the monotonic clock; Infinity = not before an event. */
  nextWakeMs(): number;
  /** Whether no bytes are expected that a sleeping processor would lose, and no pin is to change. */
  isQuiet(): boolean;
  /** Calls once after `ms` milliseconds; the returned function cancels it. */
  after(ms: number, call: () => void): () => void;
  /** Sleeps for `ms` milliseconds, or until the cat moves. */
  sleep(ms: number): void;
  /** Does what is due. */
  wake(): void;
}

/** A board's next wake-up: a timer while it must receive from its ports, light sleep otherwise. */
export class WakePlan {
  private readonly host: WakeHost;
  private cancel: () => void;

  constructor(host: WakeHost) {
    this.host = host;
    this.cancel = () => undefined;
  }

  /** Plans again; to be called after everything that may have changed the next wake-up. */
  renew(): void {
    this.cancel();
    const waitMs = this.waitMs();
    const maySleep = this.maySleep(waitMs);
    this.cancel = this.host.after(maySleep ? 1 : waitMs, () => (maySleep ? this.sleep() : this.wake()));
  }

  private waitMs(): number {
    const { host } = this;
    return Math.max(1, Math.min(host.nextWakeMs() - host.monotonicMs(), LONGEST_SLEEP_MS));
  }

  private maySleep(waitMs: number): boolean {
    return waitMs >= SHORTEST_SLEEP_MS && this.host.isQuiet();
  }

  private sleep(): void {
    const waitMs = this.waitMs();
    if (this.maySleep(waitMs)) this.host.sleep(waitMs);
    this.wake();
  }

  private wake(): void {
    this.host.wake();
    this.renew();
  }
}
