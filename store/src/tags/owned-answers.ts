import type { Database } from "@purrimeter/database/open-database";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { statement } from "../schema/statement.ts";
import type { CommandAnswer } from "./command-answer.ts";

const MAX_ANSWERS = 100;

function selectNewest(database: Database) {
  return statement(database, (queries, args: { ownership: number }) =>
    queries
      .selectFrom("command_answer")
      .select(["command", "outcome", "at", "recorded_at"])
      .where("ownership", "=", args.ownership)
      .orderBy("recorded_at", "desc")
      .orderBy("epoch", "desc")
      .orderBy("number", "desc")
      .limit(MAX_ANSWERS),
  );
}

/** Reads what tags say that they did with commands. */
export class OwnedAnswers {
  readonly #newest: ReturnType<typeof selectNewest>;

  constructor(database: Database) {
    this.#newest = selectNewest(database);
  }

  of(ownership: number): CommandAnswer[] {
    const rows = this.#newest.all({ ownership }).reverse();
    return rows.map(({ command, outcome, at, recorded_at }) => ({
      command,
      outcome,
      at: at as UnixSeconds,
      recordedAt: recorded_at as UnixSeconds,
    }));
  }
}
