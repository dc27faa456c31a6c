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

  constructor(database: Database, writes: WriteTransaction) {
    this.#writes = writes;
    this.#statements = prepare(database);
  }

  register(tag: TagId, claimCode: string, at: UnixSeconds): Promise<"registered" | "exists"> {
    const row = { tag, hash: hashClaimCode(claimCode), at };
    return this.#write(() => (this.#statements.add.run(row) > 0 ? "registered" : "exists"));
  }

  renewClaimCode(tag: TagId, claimCode: string): Promise<"renewed" | "not-found"> {
    const row = { tag, hash: hashClaimCode(claimCode) };
    return this.#write(() => (this.#statements.renew.run(row) > 0 ? "renewed" : "not-found"));
  }

  async renewLostCode(
    tag: TagId,
    claimCode: string,
    isLiving: (owner: OwnerId | undefined) => Promise<boolean>,
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
      return "renewed";
    });
  }

  revoke(tag: TagId, at: UnixSeconds): Promise<"revoked" | "not-found"> {
    return this.#write(() => (this.#statements.revoke.run({ tag, at }) > 0 ? "revoked" : "not-found"));
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
