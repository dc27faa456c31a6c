import { createTokenBucket, takeToken } from "../limits/token-bucket.ts";
import type { Log } from "./log.ts";

/** What fails and recovers alternately, a hundred times a second, must not fill the disk with lines about it. */
const LINES = { burst: 20, perSecond: 0.2 };

/** What is watched. All texts are constants of the code. */
export interface WatchedState {
  /** In the log as `event`, completed by ".failed" and ".recovered". */
  readonly event: string;
  /** Messages: "the authentication service cannot be reached". */
  readonly failed: string;
  readonly recovered: string;
}

/** Why something failed; constants, so both may be logged. */
export interface StateFailure {
  readonly reason: string;
  readonly code: string;
}

/** Logs that something failed, and why, once until it works again or fails for another reason; and that it works again. */
export class StateLog {
  readonly #log: Log;
  readonly #state: WatchedState;
  readonly #monotonicMs: () => number;
  readonly #bucket = createTokenBucket();
  #failure: string | undefined;

  constructor(log: Log, state: WatchedState, monotonicMs: () => number) {
    this.#log = log;
    this.#state = state;
    this.#monotonicMs = monotonicMs;
  }

  failed({ reason, code }: StateFailure): void {
    const failure = `${reason} ${code}`;
    if (failure === this.#failure || !this.#mayWrite()) return;
    this.#failure = failure;
    this.#log.warn(this.#state.failed, { event: `${this.#state.event}.failed`, reason, code });
  }

  succeeded(): void {
    if (this.#failure === undefined || !this.#mayWrite()) return;
    this.#failure = undefined;
    this.#log.info(this.#state.recovered, { event: `${this.#state.event}.recovered` });
  }

  #mayWrite(): boolean {
    return takeToken(this.#bucket, LINES, this.#monotonicMs()) === 0;
  }
}
