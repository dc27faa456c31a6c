import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { Database } from "@purrimeter/database/open-database";
import { restOfHole } from "../recording/holes.ts";
import type { NumberRange } from "../recording/report-changes.ts";
import { statement } from "../schema/statement.ts";

interface HoleRow {
  readonly ownership: number;
  readonly epoch: number;
  readonly first: number;
  readonly last: number;
  readonly at: number;
}

function prepare(database: Database) {
  return {
    add: statement(database, (queries, args: HoleRow) =>
      queries.replaceInto("hole").values({
        ownership: args.ownership,
        epoch: args.epoch,
        first: args.first,
        last: args.last,
        at: args.at,
      }),
    ),
    overlapping: statement(database, (queries, args: Omit<HoleRow, "at">) =>
      queries
        .selectFrom("hole")
        .selectAll()
        .where("ownership", "=", args.ownership)
        .where("epoch", "=", args.epoch)
        .where("first", "<=", args.last)
        .where("last", ">=", args.first),
    ),
    remove: statement(database, (queries, args: { ownership: number; epoch: number; first: number }) =>
      queries
        .deleteFrom("hole")
        .where("ownership", "=", args.ownership)
        .where("epoch", "=", args.epoch)
        .where("first", "=", args.first),
    ),
  };
}

/** Keeps the list of numbers that will never come. Only inside a transaction. */
export class HoleRows {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#statements = prepare(database);
  }

  add(ownership: number, epoch: number, hole: NumberRange, at: UnixSeconds): void {
    this.#statements.add.run({ ownership, epoch, at, ...hole });
  }

  /** Numbers came after all: what is left of their holes stays. */
  fill(ownership: number, epoch: number, filled: NumberRange): void {
    for (const hole of this.#statements.overlapping.all({ ownership, epoch, ...filled })) {
      this.#statements.remove.run(hole);
      for (const rest of restOfHole(hole, filled)) this.#statements.add.run({ ...hole, ...rest });
    }
  }
}
