import type { Database } from "@purrimeter/database/open-database";
import { statement } from "../schema/statement.ts";

function prepare(database: Database) {
  return {
    bump: statement(database, (queries, args: { tag: string }) =>
      queries
        .updateTable("tag")
        .set((is) => ({
          settings_version: is("settings_version", "+", 1),
          settings_change: is
            .selectFrom("tag")
            .select((inner) => inner(inner.fn.max("settings_change"), "+", 1).as("next")),
        }))
        .where("id", "=", args.tag)
        .returning("settings_version"),
    ),
  };
}

/** Numbers the changes of what tags should run. Only inside a transaction. */
export class TagSettings {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#statements = prepare(database);
  }

  /** The tag's wanted version is one more now; the bridge will see it. Returns the new version. */
  bump(tag: string): number {
    const row = this.#statements.bump.get({ tag });
    if (row === undefined) throw new Error(`no tag ${tag}`);
    return row.settings_version;
  }
}
