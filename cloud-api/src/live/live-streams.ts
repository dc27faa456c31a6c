import type { ArrivalsView, NewsHead } from "@purrimeter/store/live-news";
import type { EndedSessions } from "../edge/ended-sessions.ts";
import type { LivePosition } from "./live-positions.ts";
import { LiveStream, type EndReason, type Listener } from "./live-stream.ts";
import { isAhead, isAlerted, isOf, LiveTeller, type News, type Rights } from "./live-teller.ts";
import { StreamCounts } from "./stream-counts.ts";

/** How often all streams together look for news that nobody told us of. */
const LOOK_EVERY_MS = 250;

/** After this long each stream's right to see is asked for again: with the time between two looks, less than a second. */
const CHECK_EVERY_MS = 500;
const MAX_CHECK_MS = 650;
const CHECKS_PARTS = 8;

/** Proxies close what is silent for a minute. */
const HEARTBEAT_MS = 15_000;

/** A client that takes nothing for so long although there is news is cut. */
const SLOW_MS = 10_000;

/** Between these, others' work goes on. */
const STREAMS_A_TURN = 50;

export interface LiveStreamsOptions {
  readonly arrivals: ArrivalsView;
  readonly ended: EndedSessions;
  readonly now: () => number;
  readonly monotonicMs: () => number;
  /** Streams in all. */
  readonly maxStreams: number;
  /** Calls back again and again until what it returns is called. */
  every(periodMs: number, work: () => void): () => void;
  /** Lets other work go on. */
  pause(): Promise<unknown>;
  onFailure(error: unknown): void;
}

const NO_NEWS: News = { ownerships: new Set(), accounts: new Set() };
const ALL_NEWS: News = { ownerships: "all", accounts: "all" };

/**
 * Live streams as server-sent events (HTML standard, 9.2). One cheap question serves all: of which ownerships there is news. Only
 * the streams that follow one of these read, each by the right that it has at this moment, which is asked for at each such
 * look and at least once a second.
 */
export class LiveStreams {
  readonly #options: LiveStreamsOptions;
  readonly #streams = new Set<LiveStream>();
  readonly #counts: StreamCounts;
  readonly #teller: LiveTeller;
  #stop: (() => void) | undefined;
  #isLooking = false;
  #looksAgain = false;
  #head: NewsHead | undefined;

  constructor(options: LiveStreamsOptions) {
    this.#options = options;
    this.#counts = new StreamCounts(options.maxStreams);
    const end = (stream: LiveStream, reason: EndReason): void => this.#end(stream, reason);
    this.#teller = new LiveTeller(options.monotonicMs, end);
  }

  get size(): number {
    return this.#streams.size;
  }

  /**
   * Begins with the present state, or where the client was. The caller has asked whether there is something to follow.
   * `resumed`: what Last-Event-ID says, if there was one.
   */
  async open(
    listener: Listener,
    resumed: LivePosition | "unknown" | "too-old" | undefined,
  ): Promise<ReadableStream<Uint8Array> | "too-many"> {
    if (!this.#counts.take(listener)) return "too-many";
    const stream: LiveStream = new LiveStream(listener, this.#options.monotonicMs, () =>
      this.#remove(stream),
    );
    this.#add(stream);
    try {
      await this.#begin(stream, resumed);
      return stream.body;
    } catch (error) {
      this.#remove(stream);
      throw error;
    }
  }

  /** One look: called every LOOK_EVERY_MS while anybody listens, and when a commit was told of. */
  async look(): Promise<void> {
    if (this.#streams.size === 0) return;
    this.#looksAgain = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      while (this.#looksAgain) {
        this.#looksAgain = false;
        await this.#lookOnce();
      }
    } catch (error) {
      // Whether there is news is not known: clients come back.
      this.#options.onFailure(error);
      this.close();
    } finally {
      this.#isLooking = false;
    }
  }

  /** Ends all streams: the service stops. */
  close(): void {
    for (const stream of [...this.#streams]) this.#end(stream, "going-away");
  }

  #add(stream: LiveStream): void {
    this.#streams.add(stream);
    this.#stop ??= this.#options.every(LOOK_EVERY_MS, () => void this.look());
  }

  #remove(stream: LiveStream): void {
    stream.forget();
    if (!this.#streams.delete(stream)) return;
    this.#counts.give(stream.listener);
    if (this.#streams.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
    this.#head = undefined;
  }

  #end(stream: LiveStream, reason: EndReason): void {
    stream.end(reason);
    this.#remove(stream);
  }

  async #begin(stream: LiveStream, resumed: Parameters<LiveStreams["open"]>[1]): Promise<void> {
    const { reports, commands, alerts } = await this.#options.arrivals.newest();
    const followed = await stream.listener.follower.tags();
    const isResumed = typeof resumed === "object";
    if (typeof resumed === "string") stream.reset(resumed);
    stream.follow(followed);
    stream.moveTo(isResumed ? resumed : { reports, commands, alerts });
    stream.isBehind = isResumed;
    await this.#teller.tellPresent(stream, followed, isResumed ? resumed : undefined);
    stream.isBegun = true;
    if (isResumed) void this.look();
  }

  async #lookOnce(): Promise<void> {
    this.#endOver();
    const news = await this.#arrived();
    const told = [...this.#streams].filter((stream) => this.#hasNews(stream, news));
    await this.#refreshAll(told, news);
    await this.#refreshAll(this.#dueForCheck(), news);
    for (const stream of [...this.#streams]) this.#finish(stream);
  }

  /** A part of those at a look, so that news does not wait for all of them; the oldest first. */
  #dueForCheck(): readonly LiveStream[] {
    const nowMs = this.#options.monotonicMs();
    const most = Math.ceil(this.#streams.size / CHECKS_PARTS);
    const due: LiveStream[] = [];
    for (const stream of this.#streams) {
      const ageMs = nowMs - stream.checkedMs;
      if (ageMs >= MAX_CHECK_MS || (ageMs >= CHECK_EVERY_MS && due.length < most)) due.push(stream);
    }
    return due;
  }

  async #refreshAll(streams: readonly LiveStream[], news: News): Promise<void> {
    const rights: Rights = new Map();
    for (const [i, stream] of streams.entries()) {
      if (stream.isOpen && stream.isBegun) await this.#refresh(stream, news, rights);
      if (i % STREAMS_A_TURN === STREAMS_A_TURN - 1) await this.#options.pause();
    }
  }

  /** For a client that does not read it stays where it is. */
  #hasNews(stream: LiveStream, news: News): boolean {
    const isNew = stream.followed.some(isOf(news)) || isAlerted(stream, news);
    if (!stream.isBehind && !isNew) return false;
    if (!stream.hasRoom) stream.isBehind = true;
    return stream.hasRoom;
  }

  #endOver(): void {
    const { ended, now } = this.#options;
    const nowS = now();
    for (const stream of [...this.#streams]) {
      if (ended.has(stream.listener.session)) this.#end(stream, "session-ended");
      else if (nowS >= stream.listener.expiresS) this.#end(stream, "token-expired");
    }
  }

  /** Of whom there is news since the last look; of everybody after none, or when it is not known. */
  async #arrived(): Promise<News> {
    const { arrivals } = this.#options;
    if (this.#streams.size === 0) return NO_NEWS;
    const arrived = this.#head === undefined ? "unknown" : await arrivals.since(this.#head);
    if (arrived === "unknown") {
      this.#head = await arrivals.newest();
      return ALL_NEWS;
    }
    this.#head = arrived.head;
    return arrived;
  }

  /** What keeps up is where the look is. */
  #finish(stream: LiveStream): void {
    const nowMs = this.#options.monotonicMs();
    if (!stream.isBegun) return;
    if (!stream.isBehind) this.#moveOn(stream);
    if (stream.isBehind && !stream.hasRoom) stream.blockedSinceMs ??= nowMs;
    else stream.blockedSinceMs = undefined;
    if (nowMs - (stream.blockedSinceMs ?? nowMs) >= SLOW_MS) this.#end(stream, "slow");
    else if (nowMs - stream.sentMs >= HEARTBEAT_MS && stream.hasRoom) stream.keepAlive();
  }

  #moveOn(stream: LiveStream): void {
    // One that was opened meanwhile may be ahead of the look.
    if (this.#head !== undefined && !isAhead(stream, this.#head.reports)) stream.moveTo(this.#head);
  }

  async #refresh(stream: LiveStream, news: News, rights: Rights): Promise<void> {
    try {
      if (this.#head !== undefined) await this.#teller.tell(stream, { head: this.#head, news, rights });
    } catch (error) {
      this.#options.onFailure(error);
      this.#end(stream, "going-away");
    }
  }
}
