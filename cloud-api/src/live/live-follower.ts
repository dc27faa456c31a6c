import type { TagId } from "@purrimeter/protocol/values";
import type { Alert } from "@purrimeter/store/alert";
import type { TagCommand } from "@purrimeter/store/command";
import type { FollowedTag, LiveItem, LiveNews, NewsRange } from "@purrimeter/store/live-news";
import type { Location } from "@purrimeter/store/location";
import type { OwnerView } from "@purrimeter/store/owner-view";
import type { ViewerView } from "@purrimeter/store/viewer-view";

/** News of several tags in one order; `mark` is how far was read. */
export type MergedNews = Omit<LiveNews, "items"> & { readonly items: readonly TagItem[] };

/** Something that arrived, and of which tag. */
export interface TagItem {
  readonly tag: TagId;
  readonly item: LiveItem;
}

function isAfter({ item: { mark } }: TagItem, { report, number }: LiveItem["mark"]): boolean {
  return mark.report > report || (mark.report === report && mark.number > number);
}

/** What a personal access token leaves of what its account may follow. */
export interface LiveRights {
  readonly settings: boolean;
  readonly commands: boolean;
  readonly alerts: boolean;
}

interface LiveFollowerParts {
  readonly owner: OwnerView;
  readonly viewer: ViewerView;
  readonly tag: TagId | undefined;
  readonly may: LiveRights;
}

/** What one account may follow at this moment, as owner and as viewer: asked for at every call, and never remembered. */
export class LiveFollower {
  readonly #owner: OwnerView;
  readonly #viewer: ViewerView;
  /** undefined: all tags that the account owns or may look at. */
  readonly tag: TagId | undefined;

  readonly may: LiveRights;

  constructor({ owner, viewer, tag, may }: LiveFollowerParts) {
    this.#owner = owner;
    this.#viewer = viewer;
    this.tag = tag;
    this.may = may;
  }

  /** Commands of a tag that changed since, through a change; a viewer's own, if they may give some. */
  async commands(
    { tag, state }: FollowedTag,
    since: number,
    through: number,
  ): Promise<readonly TagCommand[]> {
    if (!this.may.commands) return [];
    const commands = await (state === undefined ? this.#viewer : this.#owner).commandsSince(
      tag,
      since,
      through,
    );
    return commands === "not-found" ? [] : commands;
  }

  /** What the account was alerted of since, as owner or viewer: oldest first. */
  async alerts(after: number, limit: number): Promise<readonly Alert[]> {
    if (!this.may.alerts) return [];
    return (await this.#owner.alerts({ after, limit, tag: this.tag })).items;
  }

  async tags(): Promise<readonly FollowedTag[]> {
    const own = await this.#owner.followedTags(this.tag);
    if (this.tag !== undefined && own.length > 0) return own;
    return [...own, ...(await this.#viewer.followedTags(this.tag))];
  }

  /** The newest location; to be called once for each tag of a stream, because the trail counts it. */
  latest({ tag, state }: FollowedTag): Promise<Location | undefined | "not-found"> {
    return (state === undefined ? this.#viewer : this.#owner).latest(tag, "live");
  }

  /** In the order of arrival. A tag that may not be followed any more has no news. */
  async news(tags: readonly FollowedTag[], range: NewsRange): Promise<MergedNews | "unknown"> {
    const items: TagItem[] = [];
    let end: LiveNews["mark"] | undefined;
    for (const { tag, state } of tags) {
      const read = await (state === undefined ? this.#viewer : this.#owner).liveNews(tag, range);
      if (read === "unknown") return read;
      if (read === "not-found") continue;
      for (const item of read.items) items.push({ tag, item });
      const isFirstEnd = read.hasMore && (end === undefined || read.mark.report < end.report);
      if (isFirstEnd) end = read.mark;
    }
    if (tags.length > 1) items.sort((a, b) => (isAfter(a, b.item.mark) ? 1 : -1));
    if (end === undefined) return { items, mark: range.through, hasMore: false };
    const { report, number, cut } = end;
    const mark = { report, number, cut };
    return { items: items.filter((item) => !isAfter(item, mark)), mark, hasMore: true };
  }
}
