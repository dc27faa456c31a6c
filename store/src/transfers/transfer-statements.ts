import type { Database } from "@purrimeter/database/open-database";
import { statement } from "../schema/statement.ts";

interface OfferRow {
  readonly ownership: number;
  readonly hash: Buffer;
  readonly at: number;
  readonly expiresAt: number;
}

/** The statements by which tags are handed over: prepared once for all. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the queries say their types
export function prepareTransfers(database: Database) {
  return {
    ofOwnership: statement(database, (queries, args: { ownership: number; now: number }) =>
      queries
        .selectFrom("transfer")
        .selectAll()
        .where("ownership", "=", args.ownership)
        .where("expires_at", ">", args.now),
    ),
    /** Instead of an offer that stood before, accepted or not. */
    offer: statement(database, (queries, args: OfferRow) =>
      queries.replaceInto("transfer").values({
        ownership: args.ownership,
        code_hash: args.hash,
        offered_at: args.at,
        expires_at: args.expiresAt,
      }),
    ),
    cancel: statement(database, (queries, args: { ownership: number }) =>
      queries.deleteFrom("transfer").where("ownership", "=", args.ownership),
    ),
    offered: statement(database, (queries, args: { hash: Buffer; now: number; recipient: string }) =>
      queries
        .selectFrom("transfer")
        .innerJoin("tag", "tag.ownership", "transfer.ownership")
        .innerJoin("ownership", "ownership.id", "transfer.ownership")
        .select(["transfer.ownership", "transfer.expires_at", "tag.id as tag"])
        .where("transfer.code_hash", "=", args.hash)
        .where("transfer.expires_at", ">", args.now)
        .where("tag.revoked_at", "is", null)
        .where("ownership.owner", "<>", args.recipient),
    ),
    accept: statement(
      database,
      (queries, args: { ownership: number; recipient: string; at: number; checkNumber: string }) =>
        queries
          .updateTable("transfer")
          .set({
            recipient: args.recipient,
            accepted_at: args.at,
            check_number: args.checkNumber,
            code_hash: null,
          })
          .where("ownership", "=", args.ownership),
    ),
    tag: statement(database, (queries, args: { ownership: number }) =>
      queries
        .selectFrom("tag")
        .select(["id", "owned_before", "ownership", "last_owned_at"])
        .where("ownership", "=", args.ownership)
        .where("revoked_at", "is", null),
    ),
  };
}
