import type { ServerResponse } from "node:http";
import type { Cancel, Time } from "../time/time.ts";

/** Least time between two notices: a commit each 4 ms is told of as one each 5 ms. */
const LEAST_BETWEEN_MS = 5;

/** So that both ends notice when the other is there no more. */
const HEARTBEAT_MS = 5_000;

/** Processes that follow: `cloud-api` and `alerts`, each while an old connection is still held, and an operator who looks. */
export const MAX_COMMIT_LISTENERS = 8;

/** Bytes that wait for a listener before it is cut: it does not read. */
const MAX_WAITING_BYTES = 4_096;

/** What is sent for one or several commits: that there was one, and nothing of it. */
const NOTICE = "\n";

/**
 * Tells processes on this machine that something was committed, so that they need not ask every few milliseconds. No content: they
 * read for themselves, by their own right. Who hears nothing for HEARTBEAT_MS polls.
 */
export class CommitNotices {
  readonly #time: Time;
  readonly #listeners = new Set<ServerResponse>();
  #toldMs = -Infinity;
  #pending: Cancel | undefined;
  #heartbeat: Cancel | undefined;

  constructor(time: Time) {
    this.#time = time;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Something was committed. */
  committed(): void {
    if (this.#listeners.size === 0 || this.#pending !== undefined) return;
    const waitMs = Math.ceil(this.#toldMs + LEAST_BETWEEN_MS - this.#time.monotonicMs());
    if (waitMs <= 0) this.#tell();
    else
      this.#pending = this.#time.after(waitMs, () => {
        this.#pending = undefined;
        this.#tell();
      });
  }

  /** Takes a listener whose head was written; false when there are too many. It begins with a notice: what came before is to be read. */
  add(outgoing: ServerResponse): boolean {
    if (this.#listeners.size >= MAX_COMMIT_LISTENERS) return false;
    this.#listeners.add(outgoing);
    outgoing.once("close", () => this.#remove(outgoing));
    outgoing.on("error", () => outgoing.destroy());
    outgoing.write(NOTICE);
    this.#heartbeat ??= this.#time.every(HEARTBEAT_MS, () => this.#tell(), { background: true });
    return true;
  }

  /** Ends all listeners. */
  close(): void {
    this.#pending?.();
    this.#pending = undefined;
    for (const outgoing of this.#listeners) outgoing.destroy();
  }

  #tell(): void {
    this.#toldMs = this.#time.monotonicMs();
    for (const outgoing of this.#listeners)
      if (outgoing.writableLength > MAX_WAITING_BYTES) outgoing.destroy();
      else outgoing.write(NOTICE);
  }

  #remove(outgoing: ServerResponse): void {
    this.#listeners.delete(outgoing);
    if (this.#listeners.size > 0) return;
    this.#heartbeat?.();
    this.#heartbeat = undefined;
  }
}
