import type { Time } from "@purrimeter/service/time";
import type { Database } from "./open-database.ts";
import { storageFaultOf } from "./storage-fault.ts";
import type { WriteTransaction } from "./write-transaction.ts";

interface Waiting {
  readonly work: () => unknown;
  readonly settle: (value: unknown) => void;
  readonly fail: (error: unknown) => void;
}

/** How one piece of work of a group went. */
type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** Most pieces of work in a transaction: other writers wait for its end. */
const MAX_GROUP = 64;
/** Least time from the end of one commit to the next: a group gathers, and other processes find the lock free. */
const GATHER_MS = 10;
/** After a commit that took longer the lock is free for as long as it took, but for no longer than SQLite's longest wait between two tries. */
const LONGEST_GATHER_MS = 100;

/**
 * Runs pieces of work in shared transactions: what arrived while one commit ran makes the next one. A piece that throws undoes its
 * own changes and no other's.
 */
export class GroupWrite {
  readonly #database: Database;
  readonly #writes: WriteTransaction;
  readonly #time: Pick<Time, "after" | "monotonicMs">;
  #waiting: Waiting[] = [];
  #isScheduled = false;
  #nextMs = -Infinity;

  constructor(database: Database, writes: WriteTransaction, time: Pick<Time, "after" | "monotonicMs">) {
    this.#database = database;
    this.#writes = writes;
    this.#time = time;
  }

  /** Resolves with what `work` returned once it is on disk; rejects with what it threw, or why the commit failed. */
  submit<Result>(work: () => Result): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ work, settle: resolve as (value: unknown) => void, fail: reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const waitMs = Math.max(0, this.#nextMs - this.#time.monotonicMs());
    this.#time.after(waitMs, () => this.#run());
  }

  #run(): void {
    this.#isScheduled = false;
    const group = this.#waiting.splice(0, MAX_GROUP);
    const beganMs = this.#time.monotonicMs();
    const outcomes = this.#commit(group);
    const endedMs = this.#time.monotonicMs();
    this.#nextMs = endedMs + Math.min(Math.max(GATHER_MS, endedMs - beganMs), LONGEST_GATHER_MS);
    for (const [i, { settle, fail }] of group.entries()) {
      const outcome = outcomes[i];
      if (outcome === undefined || "error" in outcome) fail(outcome?.error);
      else settle(outcome.value);
    }
    if (this.#waiting.length > 0) this.#schedule();
  }

  #commit(group: readonly Waiting[]): readonly Outcome[] {
    try {
      return this.#writes.run(() => group.map(({ work }) => this.#runOne(work)));
    } catch (error) {
      // A full disk or a lock that is held fails each of them in the same way, after the same wait.
      const isHopeless = group.length === 1 || storageFaultOf(error) !== undefined || !this.#database.open;
      return isHopeless ? group.map(() => ({ error })) : group.map(({ work }) => this.#alone(work));
    }
  }

  /** In a savepoint, because it is inside the group's transaction. */
  #runOne(work: () => unknown): Outcome {
    try {
      return { value: this.#database.transaction(work)() };
    } catch (error) {
      // Some faults end the whole transaction: then nothing of the group is kept.
      if (!this.#database.inTransaction) throw error;
      return { error };
    }
  }

  #alone(work: () => unknown): Outcome {
    try {
      return { value: this.#writes.run(work) };
    } catch (error) {
      return { error };
    }
  }
}
