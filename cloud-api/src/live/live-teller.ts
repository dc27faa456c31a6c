import {
  WHOLE_REPORT,
  type Arrived,
  type FollowedTag,
  type NewsHead,
  type NewsMark,
} from "@purrimeter/store/live-news";
import type { LivePosition } from "./live-positions.ts";
import type { EndReason, LiveStream } from "./live-stream.ts";

/** Entries and alerts that are read at once for one stream. */
const PAGE = 100;
const ALERTS_PAGE = 20;

/** Of which ownerships and for which accounts there is news. */
export type News = Pick<Arrived, "ownerships" | "accounts">;

/** What accounts may follow at this look: the same for all streams of an account, or of one of its tags. */
export type Rights = Map<string, Promise<readonly FollowedTag[]>>;

/** What a look found, and how far it goes. */
export interface LiveLook {
  readonly head: NewsHead;
  readonly news: News;
  readonly rights: Rights;
}

/** Tells one stream what there is for it, by the right that its account has at this moment. */
export class LiveTeller {
  readonly #monotonicMs: () => number;
  readonly #end: (stream: LiveStream, reason: EndReason) => void;

  constructor(monotonicMs: () => number, end: (stream: LiveStream, reason: EndReason) => void) {
    this.#monotonicMs = monotonicMs;
    this.#end = end;
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

  async tell(stream: LiveStream, { head, news, rights }: LiveLook): Promise<void> {
    const { follower } = stream.listener;
    stream.checkedMs = this.#monotonicMs();
    const followed = await rightsOf(stream, rights);
    if (!stream.isOpen) return;
    if (follower.tag !== undefined && followed.length === 0) return this.#end(stream, "not-found");
    const added = stream.follow(followed);
    if (added.length > 0) await this.tellPresent(stream, added);
    if (stream.hasRoom) stream.settings(followed);
    const wasBehind = stream.isBehind;
    const changed = wasBehind ? followed : followed.filter(isOf(news));
    if (changed.length > 0 || wasBehind) await this.#tellNews(stream, changed, head.reports);
    await this.#tellCommands(stream, changed, head.commands);
    if (wasBehind || isAlerted(stream, news)) await this.#tellAlerts(stream);
  }

  async #tellNews(stream: LiveStream, tags: readonly FollowedTag[], through: NewsMark): Promise<void> {
    if (isAhead(stream, through)) {
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

  async #tellCommands(stream: LiveStream, tags: readonly FollowedTag[], newest: number): Promise<void> {
    const since = stream.at.commands;
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

  async #reset(stream: LiveStream, reports: NewsMark): Promise<void> {
    stream.moveTo({ reports });
    stream.isBehind = false;
    stream.reset("unknown");
    await this.tellPresent(stream, stream.followed);
  }
}

function rightsOf(
  { listener: { account, follower } }: LiveStream,
  rights: Rights,
): Promise<readonly FollowedTag[]> {
  const who = `${account}\n${follower.tag ?? ""}`;
  const known = rights.get(who) ?? follower.tags();
  rights.set(who, known);
  return known;
}

/** Whether there is news of a tag. */
export function isOf(news: News): (tag: FollowedTag) => boolean {
  const { ownerships } = news;
  return ({ ownership }) => ownerships === "all" || ownerships.has(ownership);
}

/** Whether there are new alerts for a stream's account. */
export function isAlerted({ listener: { account, follower } }: LiveStream, { accounts }: News): boolean {
  return follower.may.alerts && (accounts === "all" || accounts.has(account));
}

/** Whether a stream was opened after that, or has told all of it. */
export function isAhead({ at: { reports } }: LiveStream, { report, cut }: NewsHead["reports"]): boolean {
  if (reports.cut !== cut || reports.report < report) return false;
  return reports.report > report || reports.number === WHOLE_REPORT;
}
