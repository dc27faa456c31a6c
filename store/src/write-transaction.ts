import type { Freshness } from "./freshness.ts";
import type { Database } from "./open-database.ts";

/** Runs changes of tags, owners and geofences in a transaction of their own, and tells this process's caches. */
export class WriteTransaction {
  readonly #database: Database;
  readonly #freshness: Freshness;

  constructor(database: Database, freshness: Freshness) {
    this.#database = database;
    this.#freshness = freshness;
  }

  run<Result>(work: () => Result): Result {
    const result = this.#database.transaction(work).immediate();
    this.#freshness.changed();
    return result;
  }
}
