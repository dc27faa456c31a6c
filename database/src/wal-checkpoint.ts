import { statSync } from "node:fs";
import type { Database } from "./open-database.ts";
import { storageFaultOf } from "./storage-fault.ts";

/**
 * A checkpoint copies each changed page once, however often it changed since the last: the longer the log, the less
 * there is to copy for each report. 16 MiB take some 50 ms and are read back in less after a crash.
 */
const CHECKPOINT_BYTES = 16 * 1_048_576;
/** A reader that never ends keeps the log from starting over: from here on a checkpoint waits for it. */
const TRUNCATE_BYTES = 8 * CHECKPOINT_BYTES;
/** How long it waits: meanwhile no process writes. A reader of a service reads for some milliseconds. */
const TRUNCATE_WAIT_MS = 100;
/** Commits between two looks at the length of the log. */
const LOOK_EVERY = 32;

/**
 * Copies the write-ahead log into the database between two commits, after what waited for the commit was answered.
 * SQLite's own way is to do so inside every thousandth page's commit, while tags wait for it.
 */
export class WalCheckpoint {
  readonly #database: Database;
  readonly #path: string;
  #commits = 0;
  /** What was deleted is still in the log, because somebody read it. */
  #owesTruncation = false;

  constructor(database: Database, databasePath: string) {
    this.#database = database;
    this.#path = `${databasePath}-wal`;
    database.pragma("wal_autocheckpoint=0");
    // A log that a long reader made large is cut when it starts over.
    database.pragma(`journal_size_limit=${CHECKPOINT_BYTES}`);
  }

  afterCommit(): void {
    if (++this.#commits % LOOK_EVERY !== 0) return;
    const bytes = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes >= CHECKPOINT_BYTES)
      setImmediate(() => {
        if (bytes >= TRUNCATE_BYTES) this.#truncateSoon();
        else this.#run("PASSIVE");
      });
    else if (this.#owesTruncation) setImmediate(() => this.#truncateSoon());
  }

  /** Nothing that was deleted stays in the log; while somebody reads longer than a writer waits, it goes after a later commit. */
  truncate(): void {
    this.#owesTruncation = !this.#run("TRUNCATE");
  }

  #truncateSoon(): void {
    this.#waiting(TRUNCATE_WAIT_MS, () => this.truncate());
  }

  #waiting(ms: number, work: () => void): void {
    if (!this.#database.open) return;
    const timeoutMs = this.#database.pragma("busy_timeout", { simple: true }) as number;
    this.#database.pragma(`busy_timeout=${ms}`);
    work();
    this.#database.pragma(`busy_timeout=${timeoutMs}`);
  }

  /** Whether all was copied. */
  #run(mode: "PASSIVE" | "TRUNCATE"): boolean {
    if (!this.#database.open) return false;
    try {
      const [result] = this.#database.pragma(`wal_checkpoint(${mode})`) as { readonly busy: 0 | 1 }[];
      return result?.busy === 0;
    } catch (error) {
      // On a full disk the log stays as it is and is copied when there is room.
      if (storageFaultOf(error) === undefined) throw error;
      return false;
    }
  }
}
