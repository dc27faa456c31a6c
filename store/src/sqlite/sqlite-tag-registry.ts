import type { StoreTrail } from "../audit/store-trail.ts";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { hashClaimCode } from "../tags/claim-code.ts";
import type { Database } from "@purrimeter/database/open-database";
import type { ListRange, Page } from "../reading/page.ts";
import { createPrintedCode, type PrintedCode } from "../tags/printed-code.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import { statement } from "../schema/statement.ts";
import { pageOf } from "../reading/page-of.ts";
import type { RegisteredTag, TagRegistry } from "../tags/tag-registry.ts";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";

function prepare(database: Database) {
  return {
    add: statement(database, (queries, args: { tag: string; hash: Buffer; at: number }) =>
      queries
        .insertInto("tag")
        .values({
          id: args.tag,
          registered_at: args.at,
          claim_hash: args.hash,
          owned_before: 0,
          settings_version: 0,
          settings_change: 0,
        })
        .onConflict((conflict) => conflict.column("id").doNothing()),
    ),
    renew: statement(database, (queries, args: { tag: string; hash: Buffer }) =>
      queries.updateTable("tag").set({ claim_hash: args.hash }).where("id", "=", args.tag),
    ),
    revoke: statement(database, (queries, args: { tag: string; at: number }) =>
      queries.updateTable("tag").set({ revoked_at: args.at, claim_hash: null }).where("id", "=", args.tag),
    ),
    owned: statement(database, (queries, args: { tag: string }) =>
      queries
        .selectFrom("tag")
        .leftJoin("ownership", "ownership.id", "tag.ownership")
        .select(["tag.revoked_at", "tag.ownership", "ownership.owner"])
        .where("tag.id", "=", args.tag),
    ),
    list: statement(database, (queries, args: { after: string; limit: number }) =>
      queries
        .selectFrom("tag")
        .select(["id", "registered_at", "revoked_at", "ownership"])
        .where("id", ">", args.after)
        .orderBy("id")
        .limit(args.limit),
    ),
    printed: statement(database, (queries, args: { tag: string }) =>
      queries.selectFrom("tag").select("printed_code").where("id", "=", args.tag),
    ),
    print: statement(database, (queries, args: { tag: string; code: string }) =>
      queries
        .updateTable("tag")
        .set({ printed_code: args.code })
        .where("id", "=", args.tag)
        .where("printed_code", "is", null),
    ),
  };
}

/** Of SQLite's LIMIT. */
const NO_LIMIT = -1;

type TagRow = ReturnType<ReturnType<typeof prepare>["list"]["all"]>[number];

/** The operator's side of the store on SQLite. */
export class SqliteTagRegistry implements TagRegistry {
  readonly #writes: WriteTransaction;
  readonly #statements: ReturnType<typeof prepare>;

  readonly #trail: StoreTrail;

  constructor(database: Database, writes: WriteTransaction, trail: StoreTrail) {
    this.#writes = writes;
    this.#trail = trail;
    this.#statements = prepare(database);
  }

  register(tag: TagId, claimCode: string, at: UnixSeconds): Promise<"registered" | "exists"> {
    const row = { tag, hash: hashClaimCode(claimCode), at };
    return this.#write(() => {
      if (this.#statements.add.run(row) === 0) return "exists";
      this.#record("tag.registered", tag);
      return "registered";
    });
  }

  renewClaimCode(tag: TagId, claimCode: string): Promise<"renewed" | "not-found"> {
    const row = { tag, hash: hashClaimCode(claimCode) };
    return this.#write(() => {
      if (this.#statements.renew.run(row) === 0) return "not-found";
      this.#record("tag.code-renewed", tag);
      return "renewed";
    });
  }

  async renewLostCode(
    tag: TagId,
    claimCode: string,
    isLiving: (owner: OwnerId | undefined) => Promise<boolean>,
    by?: OwnerId,
  ): Promise<"renewed" | "not-found" | "claimed" | "revoked"> {
    const seen = this.#statements.owned.get({ tag });
    if (seen === undefined) return "not-found";
    if (seen.revoked_at !== null) return "revoked";
    if (await isLiving((seen.owner ?? undefined) as OwnerId | undefined)) return "claimed";
    const row = { tag, hash: hashClaimCode(claimCode) };
    return this.#write(() => {
      const now = this.#statements.owned.get({ tag });
      if (now === undefined || now.revoked_at !== null) return "revoked";
      if (now.ownership !== seen.ownership) return "claimed";
      this.#statements.renew.run(row);
      this.#record("tag.code-renewed", tag, by);
      return "renewed";
    });
  }

  revoke(tag: TagId, at: UnixSeconds, by?: OwnerId): Promise<"revoked" | "not-found"> {
    return this.#write(() => {
      if (this.#statements.revoke.run({ tag, at }) === 0) return "not-found";
      this.#record("tag.revoked", tag, by);
      return "revoked";
    });
  }

  list(): Promise<readonly RegisteredTag[]> {
    return Promise.try(() => this.#statements.list.all({ after: "", limit: NO_LIMIT }).map(registeredTag));
  }

  page({ after, limit }: ListRange<TagId>): Promise<Page<RegisteredTag, TagId>> {
    return Promise.try(() => {
      const rows = this.#statements.list.all({ after: after ?? "", limit: limit + 1 });
      return pageOf(rows, limit, registeredTag, ({ id }) => id);
    });
  }

  async printedCode(tag: TagId): Promise<PrintedCode | "not-found"> {
    const row = this.#statements.printed.get({ tag });
    if (row === undefined) return "not-found";
    if (row.printed_code !== null) return row.printed_code as PrintedCode;
    await this.#write(() => this.#statements.print.run({ tag, code: createPrintedCode() }));
    return this.printedCode(tag);
  }

  #record(event: "tag.registered" | "tag.code-renewed" | "tag.revoked", subject: TagId, actor = ""): void {
    const account = this.#statements.owned.get({ tag: subject })?.owner ?? "";
    this.#trail.record({ event, actor, account, subject });
  }

  #write<Result>(work: () => Result): Promise<Result> {
    return Promise.try(() => this.#writes.run(work));
  }
}

function registeredTag(row: TagRow): RegisteredTag {
  return {
    id: row.id as TagId,
    standing: row.revoked_at !== null ? "revoked" : row.ownership === null ? "unclaimed" : "claimed",
    registeredAt: row.registered_at as UnixSeconds,
  };
}
