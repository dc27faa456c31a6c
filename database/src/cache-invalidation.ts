import type { Database } from "./open-database.ts";

/**
 * Says when what was read from the database may be out of date: another process committed, or this one changed
 * something that others keep in memory. `PRAGMA data_version` looks at shared memory only and costs 1 to 2 microseconds.
 */
export class CacheInvalidation {
  readonly #dataVersion: () => unknown;
  readonly #listeners: (() => void)[] = [];
  #seen: unknown;

  constructor(database: Database) {
    const statement = database.prepare("PRAGMA data_version").pluck();
    this.#dataVersion = () => statement.get();
    this.#seen = this.#dataVersion();
  }

  onStale(forget: () => void): void {
    this.#listeners.push(forget);
  }

  /** Looks for commits of other processes; true when there was one. */
  check(): boolean {
    const now = this.#dataVersion();
    if (now === this.#seen) return false;
    this.#seen = now;
    this.changed();
    return true;
  }

  /** This process changed tags, owners or keys. */
  changed(): void {
    for (const forget of this.#listeners) forget();
  }
}
