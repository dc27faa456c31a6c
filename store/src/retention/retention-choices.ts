import type { Database } from "@purrimeter/database/open-database";
import type { OwnerId } from "../reading/owner-id.ts";
import { statement } from "../schema/statement.ts";
import type { Afterwards, RetentionBounds, RetentionChoice } from "./retention-choice.ts";

interface ChoiceRow {
  readonly owner: string;
  readonly days: number | null;
  readonly afterwards: Afterwards;
  readonly former: number;
}

function prepare(database: Database) {
  return {
    get: statement(database, (queries, args: { owner: string }) =>
      queries.selectFrom("retention_choice").selectAll().where("owner", "=", args.owner),
    ),
    set: statement(database, (queries, { owner, days, afterwards, former }: ChoiceRow) =>
      queries
        .insertInto("retention_choice")
        .values({ owner, days, afterwards, former })
        .onConflict((conflict) => conflict.column("owner").doUpdateSet({ days, afterwards })),
    ),
  };
}

/** The owners' choices. */
export class RetentionChoices {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#statements = prepare(database);
  }

  /** What holds: bounds that the operator has changed since hold at once. */
  of(owner: OwnerId, { minDays, maxDays, defaultDays, formerDays }: RetentionBounds): RetentionChoice {
    const row = this.#statements.get.get({ owner });
    const days = row?.days ?? (row?.former === 1 ? formerDays : defaultDays);
    return { days: Math.max(minDays, Math.min(maxDays, days)), afterwards: row?.afterwards ?? "delete" };
  }

  /** Keeps what is given, and the rest as it was. Only inside a transaction. */
  set(owner: OwnerId, { days, afterwards }: Partial<RetentionChoice>): void {
    const row = this.#statements.get.get({ owner });
    this.#statements.set.run({
      owner,
      days: days ?? row?.days ?? null,
      afterwards: afterwards ?? row?.afterwards ?? "delete",
      former: row?.former ?? 0,
    });
  }
}
