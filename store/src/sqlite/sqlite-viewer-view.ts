import type { OutboxRows } from "../alerts/outbox-rows.ts";
import type { Untelling } from "../alerts/untelling.ts";
import type { ReadKind } from "../audit/store-event.ts";
import type { StoreTrail } from "../audit/store-trail.ts";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { allReadable, isLost } from "@purrimeter/database/is-corruption";
import { hashClaimCode } from "../tags/claim-code.ts";
import { CLOCK_NOT_TRUSTED, type ClockRefusal } from "../tags/clock-refusal.ts";
import type { CommandDraft, GiveOutcome, TagCommand } from "../commands/command.ts";
import type { GivenCommands, Giver } from "../commands/given-commands.ts";
import { openTagName } from "../tags/owned-tags.ts";
import type { ArrivedReader } from "../live/arrived-entries.ts";
import type { FollowedTag, LiveItem, LiveNews, NewsRange } from "../live/live-news.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import {
  kindOf,
  type LatestRead,
  type Location,
  type LocationPage,
  type TimeRange,
} from "../reading/location.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { LocationReader } from "../reading/read-locations.ts";
import type { ReadableOwnership } from "../reading/read-pieces.ts";
import type { HeldShare, ShareId } from "../sharing/share.ts";
import { shareBeginsAt } from "../sharing/share-begins-at.ts";
import type { prepareShares } from "../sharing/share-statements.ts";
import type { ViewerView } from "../reading/viewer-view.ts";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";

/** What SqliteViewerView is made of. */
export interface ViewerViewParts {
  readonly statements: ReturnType<typeof prepareShares>;
  readonly viewer: OwnerId;
  readonly trail: StoreTrail;
  readonly keys: OwnerKeys;
  readonly outbox: OutboxRows;
  readonly untelling: Untelling;
  readonly locations: LocationReader;
  readonly arrived: ArrivedReader;
  readonly commands: GivenCommands;
  readonly writes: WriteTransaction;
  readonly now: () => UnixSeconds;
  /** Whether a share may begin. */
  readonly isClockPlausible: () => boolean;
}

type HeldRow = ReturnType<ReturnType<typeof prepareShares>["held"]["all"]>[number];

/** A viewer's side of the store on SQLite. Whether the share lasts is asked at every read. */
export class SqliteViewerView implements ViewerView {
  readonly #parts: ViewerViewParts;

  constructor(parts: ViewerViewParts) {
    this.#parts = parts;
  }

  async acceptShare(code: string): Promise<HeldShare | "wrong-code" | ClockRefusal> {
    const { statements, viewer, writes, now, isClockPlausible } = this.#parts;
    if (!isClockPlausible()) return CLOCK_NOT_TRUSTED;
    const at = now();
    const hash = hashClaimCode(code);
    if (statements.invited.get({ hash, now: at, viewer }) === undefined) return "wrong-code";
    const id = writes.run(() => {
      const invited = statements.invited.get({ hash, now: at, viewer });
      if (invited === undefined) return undefined;
      const from = shareBeginsAt(at, statements.newestFix.get(invited));
      statements.accept.run({ id: invited.id, viewer, at: from });
      statements.dropOthers.run({ id: invited.id, viewer, ownership: invited.ownership });
      const { ownership } = invited;
      this.#parts.outbox.add({ ownership, kind: "shared", at: from, learnedAt: at, subject: invited.id });
      this.#record("share.accepted", ownership);
      return invited.id;
    });
    const row = statements.held.all({ viewer, now: at }).find((held) => held.id === id);
    return row === undefined ? "wrong-code" : this.#toShare(row);
  }

  async heldShares(): Promise<readonly HeldShare[]> {
    const { statements, viewer, now } = this.#parts;
    const wanted = { viewer, now: now() };
    const rows = allReadable({
      all: () => statements.held.all(wanted),
      ids: () => statements.heldIds.all(wanted).map(({ id }) => id),
      one: (id) => statements.heldOne.get({ id, ...wanted }),
    });
    const shares: HeldShare[] = [];
    // What a share that cannot be read allows is not known, so it allows nothing.
    for (const row of rows) if (!isLost(row)) shares.push(await this.#toShare(row));
    return shares;
  }

  leaveShare(id: ShareId): Promise<"left" | "not-found"> {
    const { statements, viewer, writes, now } = this.#parts;
    return Promise.try(() => {
      const held = statements.held.all({ viewer, now: now() }).find((one) => one.id === id);
      if (held === undefined) return "not-found";
      return writes.run(() => {
        if (statements.leave.run({ id, viewer }) === 0) return "not-found";
        this.#parts.untelling.viewer(viewer, held.ownership);
        this.#record("share.left", held.ownership);
        return "left";
      });
    });
  }

  async latest(tag: TagId, as: LatestRead = "latest"): Promise<Location | undefined | "not-found"> {
    const held = this.#readable(tag);
    if (held === undefined) return "not-found";
    this.#looks(held.ownership, kindOf(as), as === "live-on");
    const location = await this.#parts.locations.latest(held.ownership);
    // What could be read before a pause may have been taken away within it.
    if (this.#readable(tag) === undefined) return "not-found";
    return location !== undefined && location.at >= held.from ? location : undefined;
  }

  async locations(tag: TagId, range: TimeRange): Promise<LocationPage | "not-found" | "live-only"> {
    const held = this.#readable(tag);
    if (held === undefined) return "not-found";
    if (held.kind === "live") return "live-only";
    const from = Math.max(range.from, held.from) as UnixSeconds;
    this.#looks(held.ownership, "history");
    if (from > range.to) return { items: [], next: undefined, unreadable: undefined };
    const page = await this.#parts.locations.locations(held.ownership, { ...range, from });
    return this.#readable(tag) === undefined ? "not-found" : page;
  }

  followedTags(tag?: TagId): Promise<readonly FollowedTag[]> {
    return Promise.try(() => {
      const { statements, viewer, now } = this.#parts;
      const rows =
        tag === undefined
          ? statements.heldTags.all({ viewer, now: now() })
          : statements.heldOf.all({ viewer, tag, now: now() });
      return rows.map((row) => ({ tag: row.tag as TagId, ownership: row.ownership, state: undefined }));
    });
  }

  /** Locations alone; who sees no history is not shown what is doubted either, as `latest` does not. */
  async liveNews(tag: TagId, range: NewsRange): Promise<LiveNews | "not-found" | "unknown"> {
    const held = this.#readable(tag);
    if (held === undefined) return "not-found";
    this.#looks(held.ownership, "live", true);
    const read = await this.#parts.arrived.read(held.ownership, range);
    if (this.#readable(tag)?.ownership.id !== held.ownership.id) return "not-found";
    if (read === "unknown") return read;
    const items: LiveItem[] = [];
    for (const { mark, location } of read.entries) {
      if (location === undefined || location.at < held.from) continue;
      if (held.kind === "history" || location.doubt === undefined)
        items.push({ kind: "location", mark, location });
    }
    return { items, mark: read.mark, hasMore: read.hasMore };
  }

  giveCommand(tag: TagId, draft: CommandDraft): Promise<GiveOutcome> {
    return Promise.try(() => this.#parts.commands.give(this.#giver(tag), tag, draft));
  }

  command(tag: TagId, id: number): Promise<TagCommand | "not-found"> {
    return Promise.try(() => this.#parts.commands.one(this.#giver(tag), id));
  }

  commandsSince(tag: TagId, change: number, through?: number): Promise<readonly TagCommand[] | "not-found"> {
    return Promise.try(() => this.#parts.commands.since(this.#giver(tag), change, through));
  }

  commands(tag: TagId): Promise<readonly TagCommand[] | "not-found"> {
    return Promise.try(() => this.#parts.commands.list(this.#giver(tag)));
  }

  #giver(tag: TagId): Giver {
    const { statements, viewer, now } = this.#parts;
    const ownership = (): number | undefined => {
      const held = statements.heldOf.get({ viewer, tag, now: now() });
      return held?.commands === 1 ? held.ownership : undefined;
    };
    return { account: viewer, isOwner: false, ownership };
  }

  #looks({ tag, id }: ReadableOwnership, kind: ReadKind, goesOn = false): void {
    const { trail, viewer } = this.#parts;
    trail.read({ kind, actor: viewer, account: trail.ownerOf(id).owner, tag, goesOn });
  }

  #record(event: "share.accepted" | "share.left", ownership: number): void {
    const { trail, viewer } = this.#parts;
    const { owner, tag } = trail.ownerOf(ownership);
    trail.record({ event, actor: viewer, account: owner, subject: tag });
  }

  #readable(tag: TagId) {
    const { statements, viewer, now } = this.#parts;
    const row = statements.heldOf.get({ viewer, tag, now: now() });
    if (row === undefined) return undefined;
    const ownership: ReadableOwnership = { tag, id: row.ownership };
    const from = row.kind === "live" ? (row.accepted_at ?? Infinity) : row.history_from;
    return { kind: row.kind, ownership, from };
  }

  async #toShare(row: HeldRow): Promise<HeldShare> {
    const name = await openTagName(this.#parts.keys, { ...row, id: row.ownership });
    return {
      id: row.id as ShareId,
      tag: { id: row.tag as TagId, name },
      kind: row.kind,
      acceptedAt: row.accepted_at as UnixSeconds,
      historyFrom: row.kind === "live" ? undefined : (row.history_from as UnixSeconds),
      endsAt: (row.ends_at ?? undefined) as UnixSeconds | undefined,
      alerts: row.alerts === 1,
      commands: row.commands === 1,
    };
  }
}
