import type { StoreTrail } from "../audit/store-trail.ts";
import type { Detection } from "@purrimeter/protocol/messages";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { Kysely } from "kysely";
import { unlessCorrupt } from "@purrimeter/database/is-corruption";
import type { Database } from "@purrimeter/database/open-database";
import { MAX_FOLLOWED, type FollowedTag } from "../live/live-news.ts";
import type { OwnerKeys } from "../sealing/owner-keys.ts";
import type { ListRange, Page } from "../reading/page.ts";
import type { OwnedTag, PaceChange } from "./owned-tag.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import type { Schema } from "../schema/schema.ts";
import { stateOf } from "./tag-says.ts";
import type { TagSettings } from "./tag-settings.ts";
import { pageOf } from "../reading/page-of.ts";
import { Sealer } from "../sealing/seal.ts";
import { statement } from "../schema/statement.ts";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";

/** The name belongs to the ownership and to no entry of it. */
export const TAG_NAME_PLACE = { kind: "tag-name", epoch: 0, number: 0, at: 0 } as const;

/** All tags of an owner, and no others. */
function tagsOf(queries: Kysely<Schema>, owner: string) {
  return queries
    .selectFrom("ownership")
    .innerJoin("tag", "tag.ownership", "ownership.id")
    .leftJoin("tag_progress", "tag_progress.ownership", "ownership.id")
    .leftJoin("tag_status", "tag_status.tag", "tag.id")
    .leftJoin("lost_mode", (join) =>
      join.onRef("lost_mode.ownership", "=", "ownership.id").on("lost_mode.ended_at", "is", null),
    )
    .select([
      "tag.id as tag",
      "ownership.id",
      "ownership.sealing_key",
      "ownership.name",
      "ownership.started_at",
      "ownership.many_sessions_at",
      "ownership.detection",
      "ownership.fix_interval_s",
      "ownership.report_interval_s",
    ])
    .select(["lost_mode.version", "tag_status.lost"])
    .select(["tag.settings_version as wanted", "tag_status.settings_version as reported"])
    .select(["tag_status.refused_version", "tag_status.refused_reason", "tag_status.wire_version"])
    .select(["tag_status.at as status_at", "tag_progress.last_heard_at", "tag_progress.battery_percent"])
    .where("ownership.owner", "=", owner);
}

/** The statements by which OwnedTags reads and writes: prepared once for all owners. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the queries say their types
export function prepareTags(database: Database) {
  return {
    list: statement(database, (queries, args: { owner: string; after: string; limit: number }) =>
      tagsOf(queries, args.owner)
        .where("ownership.tag", ">", args.after)
        .orderBy("ownership.tag")
        .limit(args.limit),
    ),
    one: statement(database, (queries, args: { owner: string; tag: string }) =>
      tagsOf(queries, args.owner).where("ownership.tag", "=", args.tag),
    ),
    // Of the index on owner and tag; nothing else is read, but whose the tag is now.
    ids: statement(database, (queries, args: { owner: string; after: string; limit: number }) =>
      queries
        .selectFrom("ownership")
        .select("ownership.tag")
        .distinct()
        .where("ownership.owner", "=", args.owner)
        .where("ownership.tag", ">", args.after)
        .orderBy("ownership.tag")
        .limit(args.limit),
    ),
    bare: statement(database, (queries, args: { owner: string; tag: string }) =>
      queries
        .selectFrom("ownership")
        .innerJoin("tag", "tag.ownership", "ownership.id")
        .select(["tag.id as tag", "ownership.id", "ownership.sealing_key", "ownership.name"])
        .select(["ownership.started_at", "ownership.detection", "tag.settings_version as wanted"])
        .select(["ownership.fix_interval_s", "ownership.report_interval_s"])
        .where("ownership.owner", "=", args.owner)
        .where("ownership.tag", "=", args.tag),
    ),
    present: statement(database, (queries, args: { owner: string; tag: string }) =>
      queries
        .selectFrom("tag")
        .innerJoin("ownership", "ownership.id", "tag.ownership")
        .select(["ownership.id", "ownership.sealing_key"])
        .where("tag.id", "=", args.tag)
        .where("ownership.owner", "=", args.owner),
    ),
    rename: statement(database, (queries, args: { id: number; name: Buffer }) =>
      queries.updateTable("ownership").set({ name: args.name }).where("id", "=", args.id),
    ),
    detect: statement(database, (queries, args: { id: number; detection: Detection }) =>
      queries
        .updateTable("ownership")
        .set({ detection: args.detection })
        .where("id", "=", args.id)
        .where("detection", "!=", args.detection),
    ),
    pace: statement(
      database,
      (queries, args: { id: number; fixIntervalS: number; reportIntervalS: number }) =>
        queries
          .updateTable("ownership")
          .set({ fix_interval_s: args.fixIntervalS, report_interval_s: args.reportIntervalS })
          .where("id", "=", args.id),
    ),
  };
}

type TagRow = NonNullable<ReturnType<ReturnType<typeof prepareTags>["list"]["get"]>>;

/** What OwnedTags is made of. */
export interface OwnedTagsParts {
  readonly statements: ReturnType<typeof prepareTags>;
  readonly owner: OwnerId;
  readonly keys: OwnerKeys;
  readonly writes: WriteTransaction;
  readonly settings: TagSettings;
  readonly trail: StoreTrail;
}

/** The tags of one owner. */
export class OwnedTags {
  readonly #owner: OwnerId;
  readonly #keys: OwnerKeys;
  readonly #writes: WriteTransaction;
  readonly #statements: ReturnType<typeof prepareTags>;
  readonly #settings: TagSettings;
  readonly #trail: StoreTrail;

  constructor({ statements, owner, keys, writes, settings, trail }: OwnedTagsParts) {
    this.#owner = owner;
    this.#keys = keys;
    this.#writes = writes;
    this.#settings = settings;
    this.#statements = statements;
    this.#trail = trail;
  }

  get owner(): OwnerId {
    return this.#owner;
  }

  async list(range: ListRange<TagId>): Promise<Page<OwnedTag, TagId>> {
    const wanted = { owner: this.#owner, after: range.after ?? "", limit: range.limit + 1 };
    const rows = unlessCorrupt(() => this.#statements.list.all(wanted), "corrupt");
    if (rows === "corrupt") return this.#listSingly(wanted, range.limit);
    return await pageOf(
      rows,
      range.limit,
      (row) => this.#toTag(row),
      ({ id }) => id,
    );
  }

  /** Each tag on its own, so that a page that cannot be read takes no others with it. */
  async #listSingly(
    wanted: { owner: string; after: string; limit: number },
    limit: number,
  ): Promise<Page<OwnedTag, TagId>> {
    const tags = this.#statements.ids.all(wanted).map(({ tag }) => tag as TagId);
    const items: OwnedTag[] = [];
    for (const tag of tags.slice(0, limit)) {
      const row = unlessCorrupt(() => this.#statements.one.get({ owner: this.#owner, tag }), "corrupt");
      if (row !== undefined)
        items.push(row === "corrupt" ? await this.#unreadable(tag) : await this.#toTag(row));
    }
    return { items, next: tags.length > limit ? tags[limit - 1] : undefined };
  }

  /** What is left of a tag without the page that cannot be read; its claim is dated 1970 when that is lost too. */
  async #unreadable(tag: TagId): Promise<OwnedTag> {
    const bare = unlessCorrupt(() => this.#statements.bare.get({ owner: this.#owner, tag }), undefined);
    const unknown = { lastHeardAt: undefined, batteryPercent: undefined, manySessionsAt: undefined };
    const settings = { wanted: bare?.wanted ?? 0, reported: 0, refused: undefined, ignored: undefined };
    const claimedAt = (bare?.started_at ?? 0) as UnixSeconds;
    const name = bare && (await openTagName(this.#keys, bare));
    const pace = { fixIntervalS: bare?.fix_interval_s ?? 0, reportIntervalS: bare?.report_interval_s ?? 0 };
    const detection = bare?.detection ?? "usual";
    return { id: tag, name, claimedAt, ...unknown, settings, detection, pace, isLost: false };
  }

  async get(tag: TagId): Promise<OwnedTag | "not-found"> {
    const row = this.#statements.one.get({ owner: this.#owner, tag });
    return row === undefined ? "not-found" : this.#toTag(row);
  }

  /** The present ownership of a tag, if it is this owner's. */
  present(tag: TagId): { readonly id: number; readonly sealing_key: number } | undefined {
    return this.#statements.present.get({ owner: this.#owner, tag });
  }

  /** That tag, if it is this owner's, or all, with what the owner is told of its settings; no name is opened. */
  followed(tag?: TagId): readonly FollowedTag[] {
    const owner = this.#owner;
    const rows =
      tag === undefined
        ? this.#statements.list.all({ owner, after: "", limit: MAX_FOLLOWED })
        : this.#statements.one.all({ owner, tag });
    return rows.map((row) => ({ tag: row.tag as TagId, ownership: row.id, state: stateOf(row) }));
  }

  async rename(tag: TagId, name: string): Promise<OwnedTag | "not-found"> {
    const present = this.present(tag);
    if (present === undefined) return "not-found";
    const key = await this.#keys.byId(present.sealing_key);
    const sealer = new Sealer({ text: tag, number: present.id, keyId: present.sealing_key }, key);
    const sealed = sealer.seal(TAG_NAME_PLACE, Buffer.from(name));
    this.#writes.run(() => {
      this.#statements.rename.run({ id: present.id, name: sealed });
      this.#record("tag.renamed", tag);
    });
    return this.get(tag);
  }

  /** Gives the tag's settings a new version, unless it is so already. */
  async setDetection(tag: TagId, detection: Detection): Promise<OwnedTag | "not-found"> {
    const isThere = this.#writes.run(() => {
      const present = this.present(tag);
      if (present === undefined) return false;
      if (this.#statements.detect.run({ id: present.id, detection }) === 0) return true;
      this.#settings.bump(tag);
      this.#record("tag.detection-set", tag);
      return true;
    });
    return isThere ? this.get(tag) : "not-found";
  }

  /** Gives the tag's settings a new version, unless it is so already. */
  async setPace(tag: TagId, change: PaceChange): Promise<OwnedTag | "not-found"> {
    const isThere = this.#writes.run(() => {
      const row = this.#statements.one.get({ owner: this.#owner, tag });
      if (row === undefined) return false;
      const { fixIntervalS = row.fix_interval_s, reportIntervalS = row.report_interval_s } = change;
      if (fixIntervalS === row.fix_interval_s && reportIntervalS === row.report_interval_s) return true;
      this.#statements.pace.run({ id: row.id, fixIntervalS, reportIntervalS });
      this.#settings.bump(tag);
      this.#record("tag.pace-set", tag);
      return true;
    });
    return isThere ? this.get(tag) : "not-found";
  }

  #record(event: "tag.renamed" | "tag.detection-set" | "tag.pace-set", subject: TagId): void {
    this.#trail.record({ event, actor: this.#owner, account: this.#owner, subject });
  }

  async #toTag(row: TagRow): Promise<OwnedTag> {
    return {
      id: row.tag as TagId,
      name: await openTagName(this.#keys, row),
      claimedAt: row.started_at as UnixSeconds,
      ...stateOf(row),
      manySessionsAt: (row.many_sessions_at ?? undefined) as UnixSeconds | undefined,
      detection: row.detection,
      pace: { fixIntervalS: row.fix_interval_s, reportIntervalS: row.report_interval_s },
      isLost: row.version !== null,
    };
  }
}

/** The name of a tag in an ownership, of which `id` is the row number; undefined when it does not open. */
export async function openTagName(
  keys: OwnerKeys,
  row: { readonly tag: string; readonly id: number; readonly sealing_key: number; readonly name: Buffer },
): Promise<string | undefined> {
  const key = await keys.find(row.sealing_key);
  if (key === undefined) return undefined;
  const sealer = new Sealer({ text: row.tag, number: row.id, keyId: row.sealing_key }, key);
  return sealer.open(TAG_NAME_PLACE, row.name)?.toString();
}
