import type { Log } from "@purrimeter/service/log";
import type { Count } from "@purrimeter/service/metrics";
import type { RequestLine } from "../dependencies.ts";

/** A read that takes longer is worth a line of its own. */
const SLOW_MS = 1_000;

/**
 * Writes a line for every refusal, change and slow read, and counts the reads between: a line for each of thousands a
 * second would cost more than the reads.
 */
export class RequestLog {
  readonly #log: Log;
  readonly #answers = new Map<number, number>();
  #reads = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  record(line: RequestLine): void {
    this.#answers.set(line.status, (this.#answers.get(line.status) ?? 0) + 1);
    const isRead = line.method === "GET" || line.method === "HEAD";
    if (isRead && line.status < 400 && line.durationMs < SLOW_MS) this.#reads += 1;
    else this.#log.info("request", { event: "request.answered", ...line });
  }

  /** How many answers there were since the start, by status. */
  *answers(): Generator<Count<"status">> {
    for (const [status, count] of this.#answers) yield { labels: { status: String(status) }, count };
  }

  /** Writes how many reads there were since the last time, if any. */
  summarise(): void {
    if (this.#reads > 0) this.#log.info("reads", { event: "request.reads", count: this.#reads });
    this.#reads = 0;
  }
}
