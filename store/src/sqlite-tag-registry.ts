import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { hashClaimCode } from "./claim-code.ts";
import type { Database } from "./open-database.ts";
import { statement } from "./statement.ts";
import type { RegisteredTag, TagRegistry } from "./tag-registry.ts";
import type { WriteTransaction } from "./write-transaction.ts";

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
    list: statement(database, (queries) =>
      queries.selectFrom("tag").select(["id", "registered_at", "revoked_at", "ownership"]).orderBy("id"),
    ),
  };
}

/** The operator's side of the store on SQLite. */
export class SqliteTagRegistry implements TagRegistry {
  readonly #writes: WriteTransaction;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, writes: WriteTransaction) {
    this.#writes = writes;
    this.#statements = prepare(database);
  }

  register(tag: TagId, claimCode: string, at: UnixSeconds): "registered" | "exists" {
    const row = { tag, hash: hashClaimCode(claimCode), at };
    return this.#writes.run(() => this.#statements.add.run(row)) > 0 ? "registered" : "exists";
  }

  renewClaimCode(tag: TagId, claimCode: string): "renewed" | "not-found" {
    const row = { tag, hash: hashClaimCode(claimCode) };
    return this.#writes.run(() => this.#statements.renew.run(row)) > 0 ? "renewed" : "not-found";
  }

  revoke(tag: TagId, at: UnixSeconds): "revoked" | "not-found" {
    return this.#writes.run(() => this.#statements.revoke.run({ tag, at })) > 0 ? "revoked" : "not-found";
  }

  list(): readonly RegisteredTag[] {
    return this.#statements.list.all({}).map((row) => ({
      id: row.id as TagId,
      standing: row.revoked_at !== null ? "revoked" : row.ownership === null ? "unclaimed" : "claimed",
      registeredAt: row.registered_at as UnixSeconds,
    }));
  }
}
