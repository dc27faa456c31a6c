import {
  WHOLE_REPORT,
  type Arrived,
  type ArrivalsView,
  type FollowedTag,
  type NewsHead,
} from "@purrimeter/store/live-news";
import type { EndedSessions } from "../edge/ended-sessions.ts";
import type { LivePosition } from "./live-positions.ts";
import { LiveStream, type EndReason, type Listener } from "./live-stream.ts";
import { StreamCounts } from "./stream-counts.ts";

/** How often all streams together look for news that nobody told us of. */
const LOOK_EVERY_MS = 250;

/** After this long each stream's right to see is asked for again: with the time between two looks, less than a second. */
const CHECK_EVERY_MS = 500;
const MAX_CHECK_MS = 650;

/** Proxies close what is silent for a minute. */
const HEARTBEAT_MS = 15_000;

/** A client that takes nothing for so long although there is news is cut. */
const SLOW_MS = 10_000;

/** Entries that are read at once for one stream. */
const PAGE = 100;
const ALERTS_PAGE = 20;

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
  onFailure(error: unknown): void;
}

/** Of which ownerships and for which accounts there is news. */
type News = Pick<Arrived, "ownerships" | "accounts">;

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
  #stop: (() => void) | undefined;
  #isLooking = false;
  #looksAgain = false;
  #head: NewsHead | undefined;

  constructor(options: LiveStreamsOptions) {
    this.#options = options;
    this.#counts = new StreamCounts(options.maxStreams);
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
    await this.#tellPresent(stream, followed, isResumed ? resumed : undefined);
    stream.isBegun = true;
    if (isResumed) void this.look();
  }

  /** Who resumes has the newest location; that it was asked for is in the trail all the same. */
  async #tellPresent(
    stream: LiveStream,
    followed: readonly FollowedTag[],
    resumed?: LivePosition,
  ): Promise<void> {
    for (const one of followed) {
      const location = await stream.listener.follower.latest(one);
      if (!stream.isOpen) return;
      if (resumed === undefined && typeof location === "object") stream.latest(one.tag, location);
    }
    stream.settings(followed, resumed?.told);
  }

  async #lookOnce(): Promise<void> {
    this.#endOver();
    const news = await this.#arrived();
    const told = [...this.#streams].filter((stream) => this.#hasNews(stream, news));
    await this.#refreshAll(told, news);
    // News first: what is only to be checked waits a little longer when there is news again.
    const nowMs = this.#options.monotonicMs();
    const ageMs = this.#looksAgain ? MAX_CHECK_MS : CHECK_EVERY_MS;
    const due = [...this.#streams].filter((stream) => nowMs - stream.checkedMs >= ageMs);
    await this.#refreshAll(due, news);
    for (const stream of [...this.#streams]) this.#finish(stream);
  }

  async #refreshAll(streams: readonly LiveStream[], news: News): Promise<void> {
    for (const [i, stream] of streams.entries()) {
      if (stream.isOpen && stream.isBegun) await this.#refresh(stream, news);
      if (i % STREAMS_A_TURN === STREAMS_A_TURN - 1) await nextTurn();
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

  async #refresh(stream: LiveStream, news: News): Promise<void> {
    try {
      await this.#tell(stream, news);
    } catch (error) {
      this.#options.onFailure(error);
      this.#end(stream, "going-away");
    }
  }

  async #tell(stream: LiveStream, news: News): Promise<void> {
    const { follower } = stream.listener;
    stream.checkedMs = this.#options.monotonicMs();
    const followed = await follower.tags();
    if (!stream.isOpen) return;
    if (follower.tag !== undefined && followed.length === 0) return this.#end(stream, "not-found");
    const added = stream.follow(followed);
    if (added.length > 0) await this.#tellPresent(stream, added);
    if (stream.hasRoom) stream.settings(followed);
    const wasBehind = stream.isBehind;
    const changed = wasBehind ? followed : followed.filter(isOf(news));
    if (changed.length > 0 || wasBehind) await this.#tellNews(stream, changed);
    await this.#tellCommands(stream, changed);
    if (wasBehind || isAlerted(stream, news)) await this.#tellAlerts(stream);
  }

  async #tellNews(stream: LiveStream, tags: readonly FollowedTag[]): Promise<void> {
    const through = this.#head?.reports;
    if (through === undefined || isAhead(stream, through)) {
      stream.isBehind = false;
      return;
    }
    stream.isBehind = true;
    while (stream.isOpen && stream.hasRoom) {
      const after = stream.at.reports;
      const read = await stream.listener.follower.news(tags, { after, through, limit: PAGE });
      if (!stream.isOpen) return;
      if (read === "unknown") return this.#reset(stream, through);
      if (!read.items.every((item) => stream.news(item))) return;
      stream.moveTo({ reports: read.mark });
      stream.isBehind = read.hasMore;
      if (!read.hasMore) return;
    }
  }

  async #tellCommands(stream: LiveStream, tags: readonly FollowedTag[]): Promise<void> {
    const [since, newest] = [stream.at.commands, this.#head?.commands ?? 0];
    if (newest <= since || !stream.isOpen) return;
    if (!stream.hasRoom) {
      stream.isBehind = true;
      return;
    }
    for (const followed of tags) {
      const commands = await stream.listener.follower.commands(followed, since);
      if (!stream.isOpen) return;
      stream.commands(followed.tag, commands);
    }
    stream.moveTo({ commands: newest });
  }

  async #tellAlerts(stream: LiveStream): Promise<void> {
    while (stream.isOpen) {
      const alerts = await stream.listener.follower.alerts(stream.at.alerts, ALERTS_PAGE);
      if (!stream.isOpen || alerts.length === 0) return;
      if (!stream.hasRoom) {
        stream.isBehind = true;
        return;
      }
      await stream.alerts(alerts);
    }
  }

  async #reset(stream: LiveStream, reports: NewsHead["reports"]): Promise<void> {
    stream.moveTo({ reports });
    stream.isBehind = false;
    stream.reset("unknown");
    await this.#tellPresent(stream, stream.followed);
  }
}

function isOf(news: News): (tag: FollowedTag) => boolean {
  const { ownerships } = news;
  return ({ ownership }) => ownerships === "all" || ownerships.has(ownership);
}

function isAlerted({ listener: { account, follower } }: LiveStream, { accounts }: News): boolean {
  return follower.may.alerts && (accounts === "all" || accounts.has(account));
}

function isAhead({ at: { reports } }: LiveStream, { report, cut }: NewsHead["reports"]): boolean {
  if (reports.cut !== cut || reports.report < report) return false;
  return reports.report > report || reports.number === WHOLE_REPORT;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
