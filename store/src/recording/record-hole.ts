import type { Report } from "@purrimeter/protocol/messages";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { gapsIn, type NumberState } from "./number-spans.ts";
import type { Database } from "@purrimeter/database/open-database";
import { statement } from "../schema/statement.ts";
import type { OpenOwnership } from "./open-ownerships.ts";

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

/** Keeps the list of numbers that will never come. */
export class HoleRecorder {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#statements = prepare(database);
  }

  /** Most reports neither make a hole nor fill one: two comparisons. */
  record(
    ownership: OpenOwnership,
    report: Report,
    before: NumberState,
    after: NumberState,
    at: UnixSeconds,
  ): void {
    if (report.first <= before.settled) this.#fill(ownership.id, report);
    // Numbers from before a change of owner are no hole in what the new owner has.
    const inherited = before.settled === 0 && ownership.entriesFrom > 0;
    if (report.oldest > before.settled + 1 && !inherited)
      this.#declare(ownership.id, report, before, after, at);
  }

  #declare(
    ownership: number,
    report: Report,
    before: NumberState,
    after: NumberState,
    at: UnixSeconds,
  ): void {
    const gaps = gapsIn(after.spans, before.settled + 1, after.settled);
    for (let i = 0; i < gaps.length; i += 2)
      this.#statements.add.run({
        ownership,
        epoch: report.epoch,
        first: gaps[i] ?? 0,
        last: gaps[i + 1] ?? 0,
        at,
      });
  }

  /** An entry that was given up came after all: what is left of its hole stays. */
  #fill(ownership: number, report: Report): void {
    const { epoch, first } = report;
    const last = first + report.entries.length - 1;
    for (const hole of this.#statements.overlapping.all({ ownership, epoch, first, last })) {
      this.#statements.remove.run(hole);
      if (hole.first < first) this.#statements.add.run({ ...hole, last: first - 1 });
      if (hole.last > last) this.#statements.add.run({ ...hole, first: last + 1 });
    }
  }
}
