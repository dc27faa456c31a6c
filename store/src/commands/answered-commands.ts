import type { Database } from "@purrimeter/database/open-database";
import type { AnswerEntry, AnswerOutcome } from "@purrimeter/protocol/entry";
import { statement } from "../schema/statement.ts";
import type { CommandReason, CommandState } from "./command.ts";
import { prepareBump } from "./command-statements.ts";

interface Answered {
  readonly ownership: number;
  readonly id: number;
  readonly state: CommandState;
  readonly reason: CommandReason | null;
  readonly at: number;
  readonly change: number;
}

const STATES: Readonly<Record<AnswerOutcome, CommandState>> = {
  done: "done",
  expired: "expired",
  refused: "refused",
  stopped: "stopped",
};

function prepare(database: Database) {
  return {
    bump: prepareBump(database),
    state: statement(database, (queries, args: { ownership: number; id: number }) =>
      queries
        .selectFrom("command")
        .select(["state", "reason"])
        .where("ownership", "=", args.ownership)
        .where("id", "=", args.id),
    ),
    answer: statement(database, (queries, args: Answered) =>
      queries
        .updateTable("command")
        .set({ state: args.state, reason: args.reason, answered_at: args.at, change: args.change })
        .where("ownership", "=", args.ownership)
        .where("id", "=", args.id),
    ),
  };
}

/** Says of commands what their tags answered. Only inside a transaction: that of the report that brought the answer. */
export class AnsweredCommands {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#statements = prepare(database);
  }

  /** Nothing for a command that was not given in this ownership. */
  answered(ownership: number, { command: id, outcome, at }: AnswerEntry): void {
    const { state, bump, answer } = this.#statements;
    const before = state.get({ ownership, id });
    if (before === undefined || !isNews(before.state, outcome)) return;
    const change = bump.get({ ownership })?.command_change ?? 0;
    const reason = outcome === "refused" ? "refused-by-tag" : null;
    answer.run({ ownership, id, state: STATES[outcome], reason, at, change });
  }
}

/** The tag's word is the truth, also of what the cloud gave up. Its answers may come in any order: stopped is its last one. */
function isNews(state: CommandState, outcome: AnswerOutcome): boolean {
  if (state === "stopped") return false;
  if (state === "done") return outcome === "stopped";
  return state !== "replaced" || outcome !== "expired";
}
