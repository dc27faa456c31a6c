import { OutboxRows } from "../alerts/outbox-rows.ts";
import { Untelling } from "../alerts/untelling.ts";
import type { StoreTrail } from "../audit/store-trail.ts";
import type { TagId } from "@purrimeter/protocol/values";
import { hashClaimCode } from "./claim-code.ts";
import type { Database } from "@purrimeter/database/open-database";
import { TAG_NAME_PLACE } from "./owned-tags.ts";
import type { FreshKey, OwnerKeys } from "../sealing/owner-keys.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import { Sealer } from "../sealing/seal.ts";
import { entriesFromNow } from "../recording/entries-from.ts";
import { ownedThrough, prepareKnownTimes } from "./owned-through.ts";
import { statement } from "../schema/statement.ts";
import type { TagSettings } from "./tag-settings.ts";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";

/** Pace of a tag that nobody set: a fix a minute, a report every ten. */
const FIX_INTERVAL_S = 60;
const REPORT_INTERVAL_S = 600;

interface NewOwnership {
  readonly tag: string;
  readonly owner: string;
  readonly key: number;
  readonly at: number;
  readonly entriesFrom: number;
}

function prepare(database: Database) {
  return {
    byCode: statement(database, (queries, args: { hash: Buffer }) =>
      queries
        .selectFrom("tag")
        .select(["id", "owned_before", "ownership", "last_owned_at"])
        .where("claim_hash", "=", args.hash)
        .where("revoked_at", "is", null),
    ),
    add: statement(database, (queries, args: NewOwnership) =>
      queries.insertInto("ownership").values({
        tag: args.tag,
        owner: args.owner,
        sealing_key: args.key,
        started_at: args.at,
        entries_from: args.entriesFrom,
        name: Buffer.alloc(0),
        fix_interval_s: FIX_INTERVAL_S,
        report_interval_s: REPORT_INTERVAL_S,
      }),
    ),
    name: statement(database, (queries, args: { id: number; name: Buffer }) =>
      queries.updateTable("ownership").set({ name: args.name }).where("id", "=", args.id),
    ),
    give: statement(database, (queries, args: { tag: string; ownership: number; ownedAt: number }) =>
      queries
        .updateTable("tag")
        .set({ ownership: args.ownership, owned_before: 1, claim_hash: null, last_owned_at: args.ownedAt })
        .where("id", "=", args.tag),
    ),
    settingsFrom: statement(database, (queries, args: { id: number; version: number }) =>
      queries.updateTable("ownership").set({ settings_from: args.version }).where("id", "=", args.id),
    ),
    end: statement(database, (queries, args: { id: number; at: number }) =>
      queries.updateTable("ownership").set({ ended_at: args.at }).where("id", "=", args.id),
    ),
    knownTimes: prepareKnownTimes(database),
    endShares: statement(database, (queries, args: { ownership: number }) =>
      queries.deleteFrom("share").where("ownership", "=", args.ownership),
    ),
    endTransfer: statement(database, (queries, args: { ownership: number }) =>
      queries.deleteFrom("transfer").where("ownership", "=", args.ownership),
    ),
  };
}

/** A tag that gets another owner. */
export interface ClaimedTag {
  readonly id: string;
  readonly owned_before: number;
  /** Of the owner until now. */
  readonly ownership: number | null;
  readonly last_owned_at: number;
}

/** Gives tags to those who hold their claim code. */
export class TagClaims {
  readonly #keys: OwnerKeys;
  readonly #writes: WriteTransaction;
  readonly #settings: TagSettings;
  readonly #trail: StoreTrail;
  readonly #outbox: OutboxRows;
  readonly #untelling: Untelling;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(
    database: Database,
    keys: OwnerKeys,
    writes: WriteTransaction,
    settings: TagSettings,
    trail: StoreTrail,
  ) {
    this.#trail = trail;
    this.#keys = keys;
    this.#writes = writes;
    this.#settings = settings;
    this.#outbox = new OutboxRows(database);
    this.#untelling = new Untelling(database);
    this.#statements = prepare(database);
  }

  /** The claimed tag, or undefined for every code that claims nothing. The code is used up. */
  async claim(owner: OwnerId, code: string, name: string, at: number): Promise<TagId | undefined> {
    const hash = hashClaimCode(code);
    if (this.#statements.byCode.get({ hash }) === undefined) return undefined;
    const fresh = await this.#keys.fresh(owner);
    return this.#writes.run(() => this.#take(owner, hash, name, fresh, at));
  }

  #take(owner: OwnerId, hash: Buffer, name: string, fresh: FreshKey, at: number): TagId | undefined {
    const row = this.#statements.byCode.get({ hash });
    if (row !== undefined)
      this.#trail.record({ event: "tag.claimed", actor: owner, account: owner, subject: row.id });
    return row && this.start(owner, row, name, fresh, at);
  }

  /**
   * Starts an ownership; only inside a transaction. Entries from before the change of owner are the former one's and
   * never stored for the new one, by what server and tag said of the time; what the former one shared has ended. A claim code
   * that was out is void.
   */
  start(owner: OwnerId, row: ClaimedTag, name: string, fresh: FreshKey, at: number): TagId {
    const key = this.#keys.add(owner, fresh);
    const ownedAt = Math.max(at, ownedThrough(this.#statements.knownTimes, row));
    const entriesFrom = row.owned_before === 1 ? entriesFromNow(at, ownedAt) : 0;
    const ownership = this.#statements.add.insert({ tag: row.id, owner, key, at, entriesFrom });
    const sealer = new Sealer({ text: row.id, number: ownership, keyId: key }, fresh.key);
    this.#statements.name.run({ id: ownership, name: sealer.seal(TAG_NAME_PLACE, Buffer.from(name)) });
    if (row.ownership !== null) this.#end(row.ownership, at);
    this.#statements.give.run({
      tag: row.id,
      ownership,
      ownedAt: row.ownership === null ? row.last_owned_at : ownedAt,
    });
    const version = this.#settings.bump(row.id);
    this.#outbox.add({ ownership, kind: "claimed", at, learnedAt: at });
    if (row.owned_before === 1) this.#statements.settingsFrom.run({ id: ownership, version });
    return row.id as TagId;
  }

  #end(ownership: number, at: number): void {
    this.#statements.end.run({ id: ownership, at });
    this.#statements.endShares.run({ ownership });
    this.#statements.endTransfer.run({ ownership });
    this.#untelling.ownership(ownership);
  }
}
