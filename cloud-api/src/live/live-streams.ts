import type { ArrivalsView, NewsHead } from "@purrimeter/store/live-news";
import type { EndedSessions } from "../edge/ended-sessions.ts";
import type { LiveAudience } from "./live-audience.ts";
import { LiveAudiences } from "./live-audiences.ts";
import type { LivePosition } from "./live-positions.ts";
import { LiveStream, type EndReason, type Listener } from "./live-stream.ts";
import { isAhead, LiveTeller, type LiveLook, type News } from "./live-teller.ts";
import { StreamCounts } from "./stream-counts.ts";

/** How often all streams together look for news that nobody told us of. */
const LOOK_EVERY_MS = 250;

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
 * Live streams as server-sent events (HTML standard, 9.2). One cheap question serves all: of which ownerships there is news. A look
 * touches only the streams that follow one of these, and a part of the others. Streams of one account that follow the same read
 * together, by the right that the account has at this moment, which is asked for at each such look and at least once a second.
 */
export class LiveStreams {
  readonly #options: LiveStreamsOptions;
  readonly #streams = new Map<LiveStream, LiveAudience>();
  readonly #audiences = new LiveAudiences();
  /** Those that have not told all there is. */
  readonly #behind = new Set<LiveStream>();
  readonly #counts: StreamCounts;
  readonly #teller: LiveTeller;
  #stop: (() => void) | undefined;
  #isLooking = false;
  #looksAgain = false;
  #head: NewsHead | undefined;
  /** How many sessions had ended when all streams were asked for theirs; undefined when a stream came since. */
  #endings: number | undefined;
  /** When the first token of a stream expires. */
  #expiresS = Infinity;

  constructor(options: LiveStreamsOptions) {
    this.#options = options;
    this.#counts = new StreamCounts(options.maxStreams);
    this.#teller = new LiveTeller({
      end: (stream, reason) => this.#end(stream, reason),
      failed: (stream, error) => this.#fail(stream, error),
    });
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
    const { monotonicMs } = this.#options;
    const audience = this.#audiences.of(listener, monotonicMs());
    const onCancel = (): void => this.#remove(stream);
    const stream: LiveStream = new LiveStream({ listener, frames: audience.frames, monotonicMs, onCancel });
    this.#add(stream, audience);
    try {
      await this.#begin(stream, audience, resumed);
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
    for (const stream of [...this.#streams.keys()]) this.#end(stream, "going-away");
  }

  #add(stream: LiveStream, audience: LiveAudience): void {
    this.#streams.set(stream, audience);
    audience.streams.add(stream);
    this.#endings = undefined;
    this.#expiresS = Math.min(this.#expiresS, stream.listener.expiresS);
    this.#stop ??= this.#options.every(LOOK_EVERY_MS, () => void this.look());
  }

  #remove(stream: LiveStream): void {
    stream.forget();
    const audience = this.#streams.get(stream);
    if (audience === undefined) return;
    this.#streams.delete(stream);
    this.#behind.delete(stream);
    audience.streams.delete(stream);
    if (audience.streams.size === 0) this.#audiences.remove(audience);
    else this.#audiences.index(audience);
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

  #fail(stream: LiveStream, error: unknown): void {
    this.#options.onFailure(error);
    this.#end(stream, "going-away");
  }

  async #begin(
    stream: LiveStream,
    audience: LiveAudience,
    resumed: Parameters<LiveStreams["open"]>[1],
  ): Promise<void> {
    const { reports, commands, alerts } = await this.#options.arrivals.newest();
    const followed = await stream.listener.follower.tags();
    const isResumed = typeof resumed === "object";
    if (typeof resumed === "string") stream.reset(resumed);
    stream.follow(followed);
    if (stream.isOpen) this.#audiences.index(audience);
    stream.moveTo(isResumed ? resumed : { reports, commands, alerts });
    await this.#teller.tellPresent(stream, followed, isResumed ? resumed : undefined);
    // A look that went on meanwhile passed it by.
    stream.isBehind = isResumed || (this.#head !== undefined && !isAhead(stream, this.#head.reports));
    stream.isBegun = true;
    this.#keep(stream);
    if (isResumed) void this.look();
  }

  async #lookOnce(): Promise<void> {
    this.#endOver();
    const before = this.#head;
    const news = await this.#arrived();
    if (this.#head === undefined) return;
    const look = { before, head: this.#head, news };
    await this.#tellNews(look);
    await this.#tellDue(look);
    for (const stream of this.#behind) this.#cutSlow(stream);
  }

  /** For a client that does not read it stays where it is. */
  async #tellNews(look: LiveLook): Promise<void> {
    const audiences = this.#audiences.withNews(look.news);
    for (const stream of this.#behind) {
      const audience = stream.hasRoom ? this.#streams.get(stream) : undefined;
      if (audience !== undefined) audiences.add(audience);
    }
    let told = 0;
    for (const audience of audiences) {
      await this.#tell(audience, look);
      told += audience.streams.size;
      if (told < STREAMS_A_TURN) continue;
      await this.#options.pause();
      told = 0;
    }
  }

  /** Asks for rights that were not asked for lately. News does not wait for all of them. */
  async #tellDue(look: LiveLook): Promise<void> {
    let told = 0;
    for (const audience of this.#audiences.due(this.#options.monotonicMs())) {
      await this.#tell(audience, look);
      told += audience.streams.size;
      if (told < STREAMS_A_TURN) continue;
      await this.#options.pause();
      if (this.#looksAgain) return;
      told = 0;
    }
  }

  async #tell(audience: LiveAudience, look: LiveLook): Promise<void> {
    this.#audiences.checked(audience, this.#options.monotonicMs());
    await this.#teller.tell(audience, look);
    for (const stream of audience.streams) {
      this.#keep(stream);
      this.#breakSilence(stream);
    }
    if (audience.streams.size > 0) this.#audiences.index(audience);
  }

  #keep(stream: LiveStream): void {
    if (stream.isOpen && stream.isBehind) return void this.#behind.add(stream);
    this.#behind.delete(stream);
    stream.blockedSinceMs = undefined;
  }

  #breakSilence(stream: LiveStream): void {
    const silentMs = this.#options.monotonicMs() - stream.sentMs;
    if (stream.isBegun && silentMs >= HEARTBEAT_MS && stream.hasRoom) stream.keepAlive();
  }

  #cutSlow(stream: LiveStream): void {
    const nowMs = this.#options.monotonicMs();
    if (stream.hasRoom) stream.blockedSinceMs = undefined;
    else stream.blockedSinceMs ??= nowMs;
    if (nowMs - (stream.blockedSinceMs ?? nowMs) >= SLOW_MS) this.#end(stream, "slow");
  }

  /** Streams are asked for one by one only when a session ended, a token expires or a stream came. */
  #endOver(): void {
    const { ended, now } = this.#options;
    const nowS = now();
    if (this.#endings === ended.added && nowS < this.#expiresS) return;
    this.#endings = ended.added;
    this.#expiresS = Infinity;
    for (const stream of [...this.#streams.keys()]) {
      const { session, expiresS } = stream.listener;
      if (ended.has(session)) this.#end(stream, "session-ended");
      else if (nowS >= expiresS) this.#end(stream, "token-expired");
      else this.#expiresS = Math.min(this.#expiresS, expiresS);
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
}
