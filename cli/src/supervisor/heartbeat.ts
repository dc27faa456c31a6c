import type { Cancel, Time } from "@purrimeter/service/time";

/** How often a service is asked whether it lives, and how long it may leave that unanswered. */
export interface HeartbeatLimits {
  readonly everyMs: number;
  readonly silentMs: number;
}

/** A tick that comes this much too late shows that this process itself was held up. */
const OWN_PAUSE = 1.5;

/**
 * Notices a process that hangs. Silence is counted in ticks of this process: a machine that was suspended, or is so loaded
 * that the ticks themselves come late, begins the count anew, because healthy services were held up as well.
 */
export class Heartbeat {
  readonly #limits: HeartbeatLimits;
  readonly #time: Time;
  readonly #ping: () => void;
  readonly #onSilent: () => void;
  readonly #cancel: Cancel;
  #lastTickMs: number;
  #silentMs = 0;

  /** `onSilent` is called once, and nothing is asked any more. */
  constructor(limits: HeartbeatLimits, time: Time, ping: () => void, onSilent: () => void) {
    this.#limits = limits;
    this.#time = time;
    this.#ping = ping;
    this.#onSilent = onSilent;
    this.#lastTickMs = time.monotonicMs();
    this.#cancel = time.every(limits.everyMs, () => this.#tick(), { background: true });
    ping();
  }

  /** The process answered. */
  answered(): void {
    this.#silentMs = 0;
  }

  stop(): void {
    this.#cancel();
  }

  #tick(): void {
    const { everyMs, silentMs } = this.#limits;
    const nowMs = this.#time.monotonicMs();
    const isLate = nowMs - this.#lastTickMs > everyMs * OWN_PAUSE;
    this.#lastTickMs = nowMs;
    this.#silentMs = isLate ? 0 : this.#silentMs + everyMs;
    if (this.#silentMs < silentMs) return this.#ping();
    this.#cancel();
    this.#onSilent();
  }
}
