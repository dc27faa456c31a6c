import type { Database } from "@purrimeter/database/open-database";

function prepare(database: Database, sql: readonly string[]) {
  return sql.map((one) => database.prepare<[object]>(one));
}

/** Nothing that waits is told of a time with a tag that is over; what its owner was told stays the owner's. */
const OWNERSHIP_SQL = [
  "DELETE FROM outbox WHERE ownership = @ownership",
  "DELETE FROM alert_state WHERE ownership = @ownership",
  "UPDATE alert_delivery SET state = 'dropped', due_ms = NULL WHERE ownership = @ownership AND due_ms IS NOT NULL AND lease IS NULL",
  `DELETE FROM alert_delivery WHERE ownership = @ownership AND account <> (SELECT owner FROM ownership WHERE id = @ownership)`,
  `DELETE FROM alert WHERE ownership = @ownership AND account <> (SELECT owner FROM ownership WHERE id = @ownership)`,
  "DELETE FROM alert_mute WHERE ownership = @ownership",
];

const VIEWER_SQL = [
  "DELETE FROM alert_delivery WHERE ownership = @ownership AND account = @viewer",
  "DELETE FROM alert WHERE ownership = @ownership AND account = @viewer",
  "DELETE FROM alert_mute WHERE ownership = @ownership AND account = @viewer",
  // What stands for many may stand for alerts of this tag.
  `UPDATE alert_delivery SET state = 'dropped', due_ms = NULL WHERE due_ms IS NOT NULL AND lease IS NULL AND alert IN (
     SELECT id FROM alert WHERE account = @viewer AND kind = 'many' AND handed_ms IS NULL)`,
];

/** Takes back what is to be told when the right to know ends. Only inside a transaction. */
export class Untelling {
  readonly #ofOwnership: ReturnType<typeof prepare>;
  readonly #ofViewer: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#ofOwnership = prepare(database, OWNERSHIP_SQL);
    this.#ofViewer = prepare(database, VIEWER_SQL);
  }

  /** The tag is another's from now on, or nobody's. */
  ownership(ownership: number): void {
    for (const statement of this.#ofOwnership) statement.run({ ownership });
  }

  /** The viewer may no longer be told of the tag. */
  viewer(viewer: string, ownership: number): void {
    for (const statement of this.#ofViewer) statement.run({ viewer, ownership });
  }
}
