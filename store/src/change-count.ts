import type { Freshness } from "./freshness.ts";
import type { Database } from "./open-database.ts";

/**
 * Counts the changes of a database that this process may have to look at: commits of others and its own changes of
 * tags, owners and shares. Costs a microsecond to ask (PRAGMA data_version), unlike Freshness.check it makes nobody forget
 * anything: sealing keys do not change when a bridge commits.
 */
export class ChangeCount {
  readonly #dataVersion: () => unknown;
  #seen: unknown;
  #count = 0;

  constructor(database: Database, freshness: Freshness) {
    const statement = database.prepare("PRAGMA data_version").pluck();
    this.#dataVersion = () => statement.get();
    this.#seen = this.#dataVersion();
    freshness.onStale(() => {
      this.#count += 1;
    });
  }

  /** Grows when something may have changed since it was asked last. */
  read(): number {
    const now = this.#dataVersion();
    if (now !== this.#seen) this.#count += 1;
    this.#seen = now;
    return this.#count;
  }
}
