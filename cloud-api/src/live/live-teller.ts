import {
  WHOLE_REPORT,
  type Arrived,
  type FollowedTag,
  type NewsHead,
  type NewsMark,
  type NewsRange,
} from "@purrimeter/store/live-news";
import type { LiveAudience } from "./live-audience.ts";
import type { LiveFollower, MergedNews } from "./live-follower.ts";
import type { LivePosition } from "./live-positions.ts";
import type { EndReason, LiveStream } from "./live-stream.ts";

/** Entries and alerts that are read at once for one stream. */
const PAGE = 100;
const ALERTS_PAGE = 20;

/** Of which ownerships and for which accounts there is news. */
export type News = Pick<Arrived, "ownerships" | "accounts">;

/** What a look found, and how far it goes. */
export interface LiveLook {
  readonly head: NewsHead;
  /** How far the look before this one went; undefined when there was none. */
  readonly before: NewsHead | undefined;
  readonly news: News;
}

/** What all streams of an audience may follow at this look, and what they read of it. */
interface SharedLook extends LiveLook {
  readonly rights: Promise<readonly FollowedTag[]>;
  /** News by where it begins, and whether it is of all tags. */
  readonly pages: Map<string, Promise<MergedNews | "unknown">>;
}

interface LiveTellerParts {
  end(stream: LiveStream, reason: EndReason): void;
  /** What there is for a stream cannot be read. */
  failed(stream: LiveStream, error: unknown): void;
}

/** Tells streams what there is for them, by the right that their account has at this moment. */
export class LiveTeller {
  readonly #parts: LiveTellerParts;

  constructor(parts: LiveTellerParts) {
    this.#parts = parts;
  }

  /** Who resumes has the newest location; that it was asked for is in the trail all the same. */
  async tellPresent(
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

  /** Tells those of an audience that have begun: one question for the right and one read of the same news for all. */
  async tell({ frames, streams }: LiveAudience, look: LiveLook): Promise<void> {
    const told = [...streams].filter((stream) => stream.isOpen && stream.isBegun);
    const rights = told[0]?.listener.follower.tags();
    if (rights === undefined) return;
    const shared = { ...look, rights, pages: new Map() };
    for (const stream of told) await this.#tryOne(stream, shared);
    frames.clear();
  }

  async #tryOne(stream: LiveStream, shared: SharedLook): Promise<void> {
    try {
      const followed = await shared.rights;
      if (!stream.isOpen) return;
      if (stream.listener.follower.tag !== undefined && followed.length === 0)
        this.#parts.end(stream, "not-found");
      else await this.#tellOne(stream, followed, shared);
    } catch (error) {
      this.#parts.failed(stream, error);
    }
  }

  async #tellOne(
    stream: LiveStream,
    followed: readonly FollowedTag[],
    { head, before, news, pages }: SharedLook,
  ): Promise<void> {
    // Looks that had no news for it left it where it was.
    if (before !== undefined) moveOn(stream, before);
    const added = stream.follow(followed);
    if (added.length > 0) await this.tellPresent(stream, added);
    if (stream.hasRoom) stream.settings(followed);
    const wasBehind = stream.isBehind;
    const changed = wasBehind ? followed : followed.filter(isOf(news));
    const read = pageReader(stream.listener.follower, { tags: changed, isAll: wasBehind, pages });
    if (changed.length > 0 || wasBehind) await this.#tellNews(stream, head.reports, read);
    await this.#tellCommands(stream, changed, head.commands);
    if (wasBehind || isAlerted(stream, news)) await this.#tellAlerts(stream);
    moveOn(stream, head);
  }

  async #tellNews(stream: LiveStream, through: NewsMark, readPage: ReadPage): Promise<void> {
    if (isAhead(stream, through)) {
      stream.isBehind = false;
      return;
    }
    stream.isBehind = true;
    while (stream.isOpen && stream.hasRoom) {
      const read = await readPage({ after: stream.at.reports, through, limit: PAGE });
      if (!stream.isOpen) return;
      if (read === "unknown") return this.#reset(stream, through);
      if (!read.items.every((item) => stream.news(item))) return;
      stream.moveTo({ reports: read.mark });
      stream.isBehind = read.hasMore;
      if (!read.hasMore) return;
    }
  }

  async #tellCommands(stream: LiveStream, tags: readonly FollowedTag[], newest: number): Promise<void> {
    const since = stream.at.commands;
    if (newest <= since || !stream.isOpen) return;
    if (!stream.hasRoom) {
      stream.isBehind = true;
      return;
    }
    for (const followed of tags) {
      const commands = await stream.listener.follower.commands(followed, since, newest);
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

  async #reset(stream: LiveStream, reports: NewsMark): Promise<void> {
    stream.moveTo({ reports });
    stream.isBehind = false;
    stream.reset("unknown");
    await this.tellPresent(stream, stream.followed);
  }
}

/** News of tags in a range. */
type ReadPage = (range: NewsRange) => Promise<MergedNews | "unknown">;

interface Pages {
  readonly tags: readonly FollowedTag[];
  readonly isAll: boolean;
  readonly pages: SharedLook["pages"];
}

/** Reads each page once for all streams of the audience that are at the same place. */
function pageReader(follower: LiveFollower, { tags, isAll, pages }: Pages): ReadPage {
  return (range) => {
    const { report, number, cut } = range.after;
    const key = `${isAll} ${report} ${number} ${cut}`;
    const page = pages.get(key) ?? follower.news(tags, range);
    pages.set(key, page);
    return page;
  };
}

/**
 * What keeps up is where the look is; one that was opened meanwhile may be ahead of it. Never back: alerts that were committed after
 * the head was read may have been told by now.
 */
function moveOn(stream: LiveStream, head: NewsHead): void {
  if (stream.isBehind || isAhead(stream, head.reports)) return;
  stream.moveTo({ ...head, alerts: Math.max(head.alerts, stream.at.alerts) });
}

/** Whether there is news of a tag. */
function isOf(news: News): (tag: FollowedTag) => boolean {
  const { ownerships } = news;
  return ({ ownership }) => ownerships === "all" || ownerships.has(ownership);
}

/** Whether there are new alerts for a stream's account. */
function isAlerted({ listener: { account, follower } }: LiveStream, { accounts }: News): boolean {
  return follower.may.alerts && (accounts === "all" || accounts.has(account));
}

/** Whether a stream was opened after that, or has told all of it. */
export function isAhead({ at: { reports } }: LiveStream, { report, cut }: NewsHead["reports"]): boolean {
  if (reports.cut !== cut || reports.report < report) return false;
  return reports.report > report || reports.number === WHOLE_REPORT;
}
