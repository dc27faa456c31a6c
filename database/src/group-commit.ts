import type { Database } from "./open-database.ts";
import { isCorruption } from "./is-corruption.ts";
import { storageFaultOf, type StorageFault } from "./storage-fault.ts";
import type { DiskSpace } from "./disk-space.ts";
import type { WalCheckpoint } from "./wal-checkpoint.ts";

/** Nothing of the work is on disk, and why. */
export interface NotCommitted {
  readonly kind: "refused";
  readonly reason: StorageFault;
}

/** What takes part in every commit: caches that are written behind, and that must know how it went. */
export interface CommitHooks {
  /** In the transaction, before the first work. */
  begun(): void;
  /** In the transaction, after the last work. */
  flush(): void;
  committed(): void;
  rolledBack(): void;
}

interface Waiting {
  readonly work: () => unknown;
  readonly settle: (value: unknown) => void;
  readonly fail: (error: unknown) => void;
}

const REFUSED: Readonly<Record<StorageFault, NotCommitted>> = {
  "storage-full": { kind: "refused", reason: "storage-full" },
  busy: { kind: "refused", reason: "busy" },
};

/**
 * Most pieces of work in a commit: 10 ms of reports, after which the sockets are read again. Under load a commit of 5
 * to 10 ms costs each report least; larger ones only make tags wait.
 */
const MAX_GROUP = 512;
/** More than this waiting is 100 ms of work: new work is refused as busy. */
const MAX_WAITING = 8_192;
/** Least time from the end of one commit to the next: lets a group gather when many tags report at once. */
const GATHER_MS = 4;
/** How long work waits for another process that writes, before it is refused as busy. */
const LOCKED_MS = 5_000;
/**
 * How often the lock is tried meanwhile. SQLite's own waiting blocks the thread and soon tries each 100 ms only: a process
 * that commits again after a shorter pause keeps the lock from it for seconds.
 */
const RETRY_MS = 2;

/** Runs pieces of work in shared transactions: what arrived while one commit ran makes the next one. */
export class GroupCommit {
  readonly #database: Database;
  readonly #hooks: CommitHooks;
  readonly #room: DiskSpace;
  readonly #wal: WalCheckpoint;
  readonly #monotonicMs: () => number;
  /** How long the connection's other writes wait. */
  readonly #timeoutMs: number;
  #waiting: Waiting[] = [];
  #scheduled = false;
  #endedMs = -Infinity;
  /** Since when another process has the lock. */
  #lockedMs: number | undefined;

  constructor(
    database: Database,
    hooks: CommitHooks,
    room: DiskSpace,
    wal: WalCheckpoint,
    monotonicMs: () => number,
  ) {
    this.#database = database;
    this.#hooks = hooks;
    this.#room = room;
    this.#wal = wal;
    this.#monotonicMs = monotonicMs;
    this.#timeoutMs = database.pragma("busy_timeout", { simple: true }) as number;
  }

  /** Resolves with what `work` returned once it is on disk; refused when nothing of it is. */
  submit<Result>(work: () => Result): Promise<Result | NotCommitted> {
    if (this.#waiting.length >= MAX_WAITING) return Promise.resolve(REFUSED.busy);
    return new Promise<Result | NotCommitted>((resolve, reject) => {
      this.#waiting.push({ work, settle: resolve as (value: unknown) => void, fail: reject });
      this.#schedule();
    });
  }

  /** Commits all that waits, now; the thread waits for another process that writes. */
  drain(): void {
    while (this.#waiting.length > 0) if (this.#hasRoom()) this.#commitGroup(this.#takeGroup());
  }

  #schedule(leastMs = 0): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const waitMs = Math.max(leastMs, this.#endedMs + GATHER_MS - this.#monotonicMs());
    const run = (): void => {
      this.#run();
    };
    if (leastMs > 0 || (waitMs > 0.5 && this.#waiting.length < MAX_GROUP)) setTimeout(run, waitMs);
    else setImmediate(run);
  }

  #run(): void {
    this.#scheduled = false;
    if (!this.#database.open || this.#waiting.length === 0) return;
    if (this.#hasRoom()) {
      const locked = this.#begin();
      if (locked !== undefined && !this.#isLockedForLong()) return void this.#schedule(RETRY_MS);
      this.#lockedMs = undefined;
      if (locked === undefined) this.#commitGroup(this.#takeGroup());
      else this.#refuse(this.#takeGroup(), locked);
    }
    this.#wal.afterCommit();
    this.#endedMs = this.#monotonicMs();
    if (this.#waiting.length > 0) this.#schedule();
  }

  /** Begins the transaction of the next group without waiting; what SQLite threw when another process writes. */
  #begin(): unknown {
    this.#database.pragma("busy_timeout=0");
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      return undefined;
    } catch (error) {
      // Any other fault comes again where the group is committed.
      return storageFaultOf(error) === "busy" ? error : undefined;
    } finally {
      this.#database.pragma(`busy_timeout=${this.#timeoutMs}`);
    }
  }

  #isLockedForLong(): boolean {
    const nowMs = this.#monotonicMs();
    this.#lockedMs ??= nowMs;
    return nowMs - this.#lockedMs >= LOCKED_MS;
  }

  /** False when there is none for writing: the next group is refused. */
  #hasRoom(): boolean {
    if (this.#room.hasSpace()) return true;
    for (const { settle } of this.#takeGroup()) settle(REFUSED["storage-full"]);
    return false;
  }

  #takeGroup(): readonly Waiting[] {
    return this.#waiting.splice(0, MAX_GROUP);
  }

  #commitGroup(group: readonly Waiting[]): void {
    try {
      const results = this.#transact(group);
      for (let i = 0; i < group.length; i++) group[i]?.settle(results[i]);
    } catch (error) {
      if (group.length > 1 && isCorruption(error)) this.#commitHalves(group);
      else this.#refuse(group, error);
    }
  }

  #transact(group: readonly Waiting[]): unknown[] {
    if (!this.#database.inTransaction) this.#database.exec("BEGIN IMMEDIATE");
    try {
      this.#hooks.begun();
      const results = group.map(({ work }) => work());
      this.#hooks.flush();
      this.#database.exec("COMMIT");
      this.#hooks.committed();
      return results;
    } catch (error) {
      // SQLite itself rolls back on some faults.
      if (this.#database.inTransaction) this.#database.exec("ROLLBACK");
      this.#hooks.rolledBack();
      throw error;
    }
  }

  #refuse(group: readonly Waiting[], error: unknown): void {
    const fault = storageFaultOf(error);
    if (fault === "storage-full") this.#room.ranOut();
    for (const { settle, fail } of group)
      if (fault === undefined) fail(error);
      else settle(REFUSED[fault]);
  }

  /**
   * Work that meets a page that cannot be read fails whatever else is in its transaction. Halves are tried until what
   * fails is alone: a few commits, not one for each piece of work.
   */
  #commitHalves(group: readonly Waiting[]): void {
    const middle = group.length >> 1;
    this.#commitGroup(group.slice(0, middle));
    this.#commitGroup(group.slice(middle));
  }
}
