import type { Database } from "@purrimeter/database/open-database";
import type { AnswerOutcome } from "@purrimeter/protocol/entry";
import type { AnswerChange } from "../recording/report-changes.ts";
import { statement } from "../schema/statement.ts";

interface AnswerRow {
  readonly ownership: number;
  readonly command: number;
  readonly epoch: number;
  readonly number: number;
  readonly at: number;
  readonly recordedAt: number;
  readonly keepDay: number;
  readonly outcome: AnswerOutcome;
}

function insertAnswer(database: Database) {
  return statement(database, (queries, args: AnswerRow) =>
    queries
      .insertInto("command_answer")
      .values({
        ownership: args.ownership,
        command: args.command,
        epoch: args.epoch,
        number: args.number,
        at: args.at,
        recorded_at: args.recordedAt,
        keep_day: args.keepDay,
        outcome: args.outcome,
      })
      // An epoch so old that its numbers are forgotten: kept once, not twice.
      .onConflict((conflict) => conflict.doNothing()),
  );
}

/** Stores what tags say that they did with commands. Only inside a transaction. */
export class AnswerRows {
  readonly #insert: ReturnType<typeof insertAnswer>;

  constructor(database: Database) {
    this.#insert = insertAnswer(database);
  }

  add(ownership: number, epoch: number, recordedAt: number, { number, entry, keepDay }: AnswerChange): void {
    const { command, at, outcome } = entry;
    this.#insert.run({ ownership, command, epoch, number, at, recordedAt, keepDay, outcome });
  }
}
