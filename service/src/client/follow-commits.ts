import { Agent, request } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { COMMITS_MEDIA_TYPE } from "../http/commits-media-type.ts";
import { backOffMs, type BackOff } from "../time/back-off.ts";
import type { Cancel, Time } from "../time/time.ts";

/** The listener of the other process ends silence every 5 s. */
const SILENCE_MS = 12_000;
const CONNECT_MS = 2_000;
const BACK_OFF: BackOff = { firstMs: 100, longestMs: 5_000 };

/** More in one second is no listener of ours: it sends at most one byte each 5 ms, and what was kept back comes at once. */
const MAX_BYTES_A_SECOND = 4_096;
const SECOND_MS = 1_000;

/** Whose commits, and what is done then. */
export interface CommitsOptions {
  /** http://127.0.0.1:PORT of the metrics of the process that commits. */
  readonly url: string;
  readonly time: Time;
  /** Called at each notice: something was committed since the one before. Never more often than the notices come. */
  readonly onCommit: () => void;
}

/** A connection that tells of commits. */
export interface Commits {
  /** Whether the other process tells of commits now. Who follows polls all the same, because a notice may be lost with the connection. */
  readonly isConnected: boolean;
  close(): void;
}

/**
 * Keeps one connection to the listener of another process on this machine that tells of its commits. It comes back with longer and
 * longer pauses when that process is away, hangs, answers something else or floods. RangeError for another machine's URL.
 */
export function followCommits(options: CommitsOptions): Commits {
  const url = new URL("/commits", options.url);
  if (url.protocol !== "http:" || url.hostname !== "127.0.0.1")
    throw new RangeError(`${url.origin} is not this machine's`);
  return new CommitFollower(url, options);
}

class CommitFollower implements Commits {
  readonly #url: URL;
  readonly #options: CommitsOptions;
  readonly #agent = new Agent({ keepAlive: false, maxSockets: 1 });
  #outgoing: ClientRequest | undefined;
  #deadline: Cancel | undefined;
  #again: Cancel | undefined;
  #failures = 0;
  #isClosed = false;
  isConnected = false;

  constructor(url: URL, options: CommitsOptions) {
    this.#url = url;
    this.#options = options;
    this.#connect();
  }

  close(): void {
    this.#isClosed = true;
    this.#again?.();
    this.#deadline?.();
    this.#outgoing?.destroy();
    this.#agent.destroy();
  }

  #connect(): void {
    const outgoing = request(this.#url, { agent: this.#agent, headers: { accept: "text/plain" } });
    this.#outgoing = outgoing;
    this.#wait(CONNECT_MS);
    outgoing.once("response", (incoming) => this.#hear(incoming, outgoing));
    outgoing.on("error", () => outgoing.destroy());
    outgoing.once("close", () => this.#comeBack(outgoing));
    outgoing.end();
  }

  #hear(incoming: IncomingMessage, outgoing: ClientRequest): void {
    const isOurs = incoming.statusCode === 200 && incoming.headers["content-type"] === COMMITS_MEDIA_TYPE;
    if (!isOurs) return void outgoing.destroy();
    const { time, onCommit } = this.#options;
    let [bytes, secondMs] = [0, time.monotonicMs()];
    this.#wait(SILENCE_MS);
    incoming.on("error", () => outgoing.destroy());
    incoming.on("data", (chunk: Buffer) => {
      const nowMs = time.monotonicMs();
      if (nowMs - secondMs >= SECOND_MS) [bytes, secondMs] = [0, nowMs];
      bytes += chunk.length;
      if (bytes > MAX_BYTES_A_SECOND) return void outgoing.destroy();
      this.isConnected = true;
      this.#failures = 0;
      this.#wait(SILENCE_MS);
      onCommit();
    });
  }

  /** Ends a connection that is silent for so long. */
  #wait(ms: number): void {
    this.#deadline?.();
    this.#deadline = this.#options.time.after(ms, () => this.#outgoing?.destroy(), { background: true });
  }

  #comeBack(outgoing: ClientRequest): void {
    if (outgoing !== this.#outgoing) return;
    this.isConnected = false;
    this.#deadline?.();
    if (this.#isClosed) return;
    this.#failures += 1;
    const waitMs = backOffMs(BACK_OFF, this.#failures);
    this.#again = this.#options.time.after(waitMs, () => this.#connect(), { background: true });
  }
}
