import { createTokenBucket, takeToken } from "../limits/token-bucket.ts";
import type { TokenBucket } from "../limits/token-bucket.ts";
import type { Log } from "./log.ts";

/** What the log says of a request: the route as it is declared, never the path, which names a tag or an account. */
export interface RequestLine {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
}

/** How often the sums should be written. */
export const SUMMARY_EVERY_MS = 60_000;

/** A read that takes longer is worth a line of its own. */
const SLOW_MS = 1_000;

/** Refusals that have lines of their own: whoever asks a thousand times a second must not fill the disk. */
const REFUSAL_LINES = { burst: 20, perSecond: 0.2 };

/**
 * Writes a line for every change and slow read and for the first refusals of each status, and counts the reads and refusals
 * between: a line for each of thousands a second would cost more than the reads, and wash away what else is in the log.
 */
export class RequestLog {
  readonly #log: Log;
  readonly #answers = new Map<number, number>();
  readonly #monotonicMs: () => number;
  readonly #refusals = new Map<number, { readonly bucket: TokenBucket; leftOut: number }>();
  #reads = 0;

  constructor(log: Log, monotonicMs: () => number) {
    this.#log = log;
    this.#monotonicMs = monotonicMs;
  }

  record(line: RequestLine): void {
    this.#answers.set(line.status, (this.#answers.get(line.status) ?? 0) + 1);
    const isRead = line.method === "GET" || line.method === "HEAD";
    if (isRead && line.status < 400 && line.durationMs < SLOW_MS) this.#reads += 1;
    else if (!isRefusal(line.status) || this.#hasLine(line.status))
      this.#log.info("request", { event: "request.answered", ...line });
  }

  /** How many answers there were since the start, by status. */
  *answers(): Generator<{ readonly labels: { readonly status: string }; readonly count: number }> {
    for (const [status, count] of this.#answers) yield { labels: { status: String(status) }, count };
  }

  #hasLine(status: number): boolean {
    const refusals = this.#refusals.get(status) ?? { bucket: createTokenBucket(), leftOut: 0 };
    this.#refusals.set(status, refusals);
    if (takeToken(refusals.bucket, REFUSAL_LINES, this.#monotonicMs()) === 0) return true;
    refusals.leftOut += 1;
    return false;
  }

  /** Writes how many reads there were since the last time, and how many refusals of each status without a line, if any. */
  summarise(): void {
    if (this.#reads > 0) this.#log.info("reads", { event: "request.reads", count: this.#reads });
    this.#reads = 0;
    for (const [status, refusals] of this.#refusals) {
      const { leftOut: count } = refusals;
      if (count > 0) this.#log.info("refusals", { event: "request.refusals", status, count });
      refusals.leftOut = 0;
    }
  }
}

/** What a flood can cause: the client's fault, and that there is no room for it. A failure of ours always has its line. */
function isRefusal(status: number): boolean {
  return (status >= 400 && status < 500) || status === 503;
}
