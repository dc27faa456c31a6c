import type { CacheInvalidation } from "./cache-invalidation.ts";
import type { Database } from "./open-database.ts";
import type { WalCheckpoint } from "./wal-checkpoint.ts";

/** Runs changes of tags, owners and geofences in a transaction of their own, and tells this process's caches. */
export class WriteTransaction {
  readonly #database: Database;
  readonly #invalidation: CacheInvalidation;
  readonly #wal: WalCheckpoint;

  constructor(database: Database, invalidation: CacheInvalidation, wal: WalCheckpoint) {
    this.#database = database;
    this.#invalidation = invalidation;
    this.#wal = wal;
  }

  run<Result>(work: () => Result): Result {
    const result = this.#database.transaction(work).immediate();
    this.#invalidation.changed();
    this.#wal.afterCommit();
    return result;
  }
}
