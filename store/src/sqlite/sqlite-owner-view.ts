import type { ReadKind } from "../audit/store-event.ts";
import { SqliteSharingView, type SharingViewParts } from "./sqlite-sharing-view.ts";
import type { StoreTrail } from "../audit/store-trail.ts";
import type { Detection } from "@purrimeter/protocol/messages";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { CLOCK_NOT_TRUSTED, type ClockRefusal } from "../tags/clock-refusal.ts";
import type { CommandAnswer } from "../tags/command-answer.ts";
import type { CommandDraft, GiveOutcome, TagCommand } from "../commands/command.ts";
import type { GivenCommands, Giver } from "../commands/given-commands.ts";
import type { OwnedAnswers } from "../tags/owned-answers.ts";
import type { TagClaims } from "../tags/claim-tag.ts";
import type { AccountExports } from "../export/account-exports.ts";
import type { ExportState, OpenExport } from "../reading/account-exports-view.ts";
import type { OwnerArchive } from "../reading/owner-archive.ts";
import type { OwnedHistory } from "../history/owned-history.ts";
import type { OwnerErasure } from "../erasure/erase-owner.ts";
import type { OwnedGeofences } from "../geofences/owned-geofences.ts";
import type { ArrivedReader } from "../live/arrived-entries.ts";
import { ownersNews } from "../live/owners-news.ts";
import type { FollowedTag, LiveNews, NewsRange } from "../live/live-news.ts";
import type { OwnedTags } from "../tags/owned-tags.ts";
import {
  kindOf,
  type LatestRead,
  type Location,
  type LocationPage,
  type TimeRange,
} from "../reading/location.ts";
import type { Geofence, GeofenceDraft, GeofenceId, GeofenceOutcome } from "../geofences/geofence.ts";
import type { EventPage } from "../reading/geofence-event.ts";
import type { ListRange, Page } from "../reading/page.ts";
import type { OwnedTag } from "../tags/owned-tag.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { OwnerView } from "../reading/owner-view.ts";
import type { EventReader } from "../reading/read-events.ts";
import type { LocationReader } from "../reading/read-locations.ts";
import type { FinderReport } from "../tags/finder-reports.ts";
import type { SqliteFinderReports } from "./sqlite-finder-reports.ts";
import type { DayTotalPage } from "../reading/day-total.ts";
import type { OwnedRetention } from "../retention/owned-retention.ts";
import type { RetentionBounds, RetentionChoice } from "../retention/retention-choice.ts";

/** What SqliteOwnerView is made of: what is of no owner is handed the owner or an ownership. */
export interface OwnerViewParts extends SharingViewParts {
  readonly owner: OwnerId;
  readonly trail: StoreTrail;
  readonly tags: OwnedTags;
  readonly geofences: OwnedGeofences;
  readonly locations: LocationReader;
  readonly events: EventReader;
  readonly arrived: ArrivedReader;
  readonly claims: TagClaims;
  readonly finderReports: SqliteFinderReports;
  readonly answers: OwnedAnswers;
  readonly commands: GivenCommands;
  readonly erasure: OwnerErasure;
  readonly retention: OwnedRetention;
  readonly history: OwnedHistory;
  readonly exports: AccountExports;
  readonly archive: () => OwnerArchive;
  readonly now: () => UnixSeconds;
}

/** The owner's side of the store on SQLite. */
export class SqliteOwnerView extends SqliteSharingView implements OwnerView {
  readonly #parts: OwnerViewParts;

  constructor(parts: OwnerViewParts) {
    super(parts);
    this.#parts = parts;
  }

  tags(range: ListRange<TagId>): Promise<Page<OwnedTag, TagId>> {
    return this.#parts.tags.list(range);
  }

  tag(id: TagId): Promise<OwnedTag | "not-found"> {
    return this.#parts.tags.get(id);
  }

  async claim(code: string, name: string): Promise<OwnedTag | "wrong-code" | ClockRefusal> {
    const { claims, owner, now, tags, isClockPlausible } = this.#parts;
    if (!isClockPlausible()) return CLOCK_NOT_TRUSTED;
    const id = await claims.claim(owner, code, name, now());
    const tag = id === undefined ? "not-found" : await tags.get(id);
    return tag === "not-found" ? "wrong-code" : tag;
  }

  renameTag(id: TagId, name: string): Promise<OwnedTag | "not-found"> {
    return this.#parts.tags.rename(id, name);
  }

  setDetection(id: TagId, detection: Detection): Promise<OwnedTag | "not-found"> {
    return this.#parts.tags.setDetection(id, detection);
  }

  async geofences(range: ListRange<GeofenceId>): Promise<Page<Geofence, GeofenceId>> {
    this.#reads("geofences", "");
    return this.#parts.geofences.list(range);
  }

  async geofence(id: GeofenceId): Promise<Geofence | "not-found"> {
    this.#reads("geofences", "");
    return this.#parts.geofences.get(id);
  }

  createGeofence(draft: GeofenceDraft): Promise<GeofenceOutcome> {
    return this.#parts.geofences.create(draft);
  }

  replaceGeofence(
    id: GeofenceId,
    draft: GeofenceDraft,
    expectedVersion: number | undefined,
  ): Promise<GeofenceOutcome> {
    return this.#parts.geofences.replace(id, draft, expectedVersion);
  }

  deleteGeofence(
    id: GeofenceId,
    expectedVersion: number | undefined,
  ): Promise<"deleted" | "not-found" | "version-mismatch"> {
    return this.#parts.geofences.delete(id, expectedVersion);
  }

  async locations(tag: TagId, range: TimeRange): Promise<LocationPage | "not-found"> {
    const present = this.#present(tag, "history");
    return present === undefined
      ? "not-found"
      : this.#parts.locations.locations({ tag, id: present.id }, range);
  }

  async latest(tag: TagId, as: LatestRead = "latest"): Promise<Location | undefined | "not-found"> {
    const present = this.#present(tag, kindOf(as), as === "live-on");
    return present === undefined ? "not-found" : this.#parts.locations.latest({ tag, id: present.id });
  }

  recordExport(tag: TagId): Promise<"recorded" | "not-found"> {
    return Promise.try(() => {
      const { owner, tags, trail } = this.#parts;
      if (tags.present(tag) === undefined) return "not-found";
      trail.recordAlone({ event: "locations.exported", actor: owner, account: owner, subject: tag });
      return "recorded";
    });
  }
  eraseStretch(tag: TagId, { from, to }: Pick<TimeRange, "from" | "to">): Promise<number | "not-found"> {
    return this.#parts.history.erase(this.#parts.tags, tag, { from, to });
  }
  setSuspect(tag: TagId, at: UnixSeconds, isSuspect: boolean): Promise<Location | "not-found"> {
    return this.#parts.history.setSuspect(this.#parts.tags, tag, at, isSuspect);
  }
  async events(tag: TagId, range: TimeRange): Promise<EventPage | "not-found"> {
    const present = this.#present(tag, "events");
    return present === undefined ? "not-found" : this.#parts.events.events(tag, range);
  }

  async finderReports(tag: TagId): Promise<readonly FinderReport[] | "not-found"> {
    if (this.#present(tag, "found") === undefined) return "not-found";
    return this.#parts.finderReports.of(this.#parts.tags, tag);
  }

  commandAnswers(tag: TagId): Promise<readonly CommandAnswer[] | "not-found"> {
    return Promise.try(() => {
      const present = this.#present(tag, "commands");
      return present === undefined ? "not-found" : this.#parts.answers.of(present.id);
    });
  }

  followedTags(tag?: TagId): Promise<readonly FollowedTag[]> {
    return Promise.try(() => this.#parts.tags.followed(tag));
  }
  async liveNews(tag: TagId, range: NewsRange): Promise<LiveNews | "not-found" | "unknown"> {
    const present = this.#present(tag, "live", true);
    if (present === undefined) return "not-found";
    const { arrived, events, tags } = this.#parts;
    const ownership = { tag, id: present.id };
    const read = await arrived.read(ownership, range);
    const news = await ownersNews(read, (position) => events.at(ownership, position));
    // What could be read before a pause may have been taken away within it.
    return tags.present(tag)?.id === present.id ? news : "not-found";
  }

  giveCommand(tag: TagId, draft: CommandDraft): Promise<GiveOutcome> {
    return Promise.try(() => this.#parts.commands.give(this.#giver(tag), tag, draft));
  }

  command(tag: TagId, id: number): Promise<TagCommand | "not-found"> {
    return Promise.try(() => this.#parts.commands.one(this.#giver(tag), id));
  }

  commandsSince(tag: TagId, change: number): Promise<readonly TagCommand[] | "not-found"> {
    return Promise.try(() => this.#parts.commands.since(this.#giver(tag), change));
  }

  commands(tag: TagId): Promise<readonly TagCommand[] | "not-found"> {
    return Promise.try(() => this.#parts.commands.list(this.#giver(tag)));
  }

  retention(bounds: RetentionBounds): Promise<RetentionChoice> {
    return Promise.try(() => this.#parts.retention.read(this.#parts.owner, bounds));
  }

  chooseRetention(change: Partial<RetentionChoice>, bounds: RetentionBounds): Promise<RetentionChoice> {
    return Promise.try(() => this.#parts.retention.choose(this.#parts.owner, change, bounds));
  }

  async dayTotals(tag: TagId, range: TimeRange): Promise<DayTotalPage | "not-found"> {
    const present = this.#present(tag, "totals");
    return present === undefined ? "not-found" : this.#parts.retention.totals({ tag, id: present.id }, range);
  }

  beginExport(): Promise<OpenExport | { readonly runningId: string } | "too-many"> {
    return this.#parts.exports.begin(this.#parts.owner);
  }
  exportState(id: string): Promise<ExportState | "not-found"> {
    return Promise.try(() => this.#parts.exports.state(this.#parts.owner, id));
  }
  readExport(id: string, block: number): Promise<Buffer | "not-found"> {
    return this.#parts.exports.read(this.#parts.owner, id, block);
  }
  archive(): OwnerArchive {
    return this.#parts.archive();
  }

  eraseTag(tag: TagId): Promise<"erased" | "not-found"> {
    return this.#parts.erasure.tag(this.#parts.tags, tag);
  }

  eraseOwner(): Promise<void> {
    return this.#parts.erasure.owner(this.#parts.owner);
  }

  #giver(tag: TagId): Giver {
    const { owner, tags } = this.#parts;
    return { account: owner, isOwner: true, ownership: () => tags.present(tag)?.id };
  }

  /** The ownership of which the owner is about to read: it is in the trail first. */
  #present(tag: TagId, kind: ReadKind, goesOn = false): { readonly id: number } | undefined {
    const present = this.#parts.tags.present(tag);
    if (present !== undefined) this.#reads(kind, tag, goesOn);
    return present;
  }

  #reads(kind: ReadKind, tag: string, goesOn = false): void {
    const { owner, trail } = this.#parts;
    trail.read({ kind, actor: owner, account: owner, tag, goesOn });
  }
}
