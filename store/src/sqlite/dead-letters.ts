import type { DecodeReason } from "@purrimeter/protocol/decode-error";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { Database } from "@purrimeter/database/open-database";
import type { DeadLetterOutcome } from "../recording/report-store.ts";
import { statement } from "../schema/statement.ts";
import type { OpenOwnership } from "./open-ownerships.ts";

/** Reports that are kept for each tag: enough to find a fault of the firmware, too few to fill a disk. */
const MAX_SET_ASIDE = 16;

interface SetAsideRow {
  readonly ownership: number;
  readonly at: number;
  readonly reason: string;
  readonly key: number;
  readonly sealed: Buffer;
}

function prepare(database: Database) {
  return {
    add: statement(database, (queries, args: SetAsideRow) =>
      queries.insertInto("set_aside").values({
        ownership: args.ownership,
        at: args.at,
        reason: args.reason,
        sealing_key: args.key,
        sealed: args.sealed,
      }),
    ),
    drop: statement(database, (queries, args: { ownership: number; keep: number }) =>
      queries
        .deleteFrom("set_aside")
        .where("ownership", "=", args.ownership)
        .where("id", "not in", (inner) =>
          inner
            .selectFrom("set_aside")
            .select("id")
            .where("ownership", "=", args.ownership)
            .orderBy("id", "desc")
            .limit(args.keep),
        ),
    ),
    count: statement(database, (queries, args: { ownership: number }) =>
      queries
        .insertInto("set_aside_count")
        .values({ ownership: args.ownership, count: 1 })
        .onConflict((conflict) =>
          conflict
            .column("ownership")
            .doUpdateSet((now) => ({ count: now("set_aside_count.count", "+", 1) })),
        )
        .returning("count"),
    ),
  };
}

/** Keeps reports that could not be decoded, sealed: they may hold a place. Only inside a transaction. */
export class DeadLetters {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#statements = prepare(database);
  }

  record(
    ownership: OpenOwnership,
    bytes: Uint8Array,
    reason: DecodeReason,
    at: UnixSeconds,
  ): DeadLetterOutcome {
    const { id, sealer } = ownership;
    const sealed = sealer.seal({ kind: "set-aside", epoch: 0, number: 0, at }, bytes);
    this.#statements.add.run({ ownership: id, at, reason, key: sealer.keyId, sealed });
    this.#statements.drop.run({ ownership: id, keep: MAX_SET_ASIDE });
    const row = this.#statements.count.get({ ownership: id });
    return { kind: "set-aside", count: row?.count ?? 0 };
  }
}
