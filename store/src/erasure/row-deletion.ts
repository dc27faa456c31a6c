import { AGED_SQL, OWNERSHIP_SQL, prepareErasing } from "./erase-statements.ts";
import type { Database } from "@purrimeter/database/open-database";
import { DAY_S } from "../utc-day.ts";
import type { WalCheckpoint } from "@purrimeter/database/wal-checkpoint";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";

/** Pieces deleted in a transaction: some 5 ms, so that reports in between are not kept waiting. */
const STEP = 500;

interface ChainHead {
  readonly day: number;
  readonly ownership: number;
  readonly last_report: number;
}

/** Deletes in small steps, each a transaction, with other work let in between. A step that was cut off is taken up again. */
export class RowDeletion {
  readonly #writes: WriteTransaction;
  readonly #wal: WalCheckpoint;
  readonly #statements: ReturnType<typeof prepareErasing>;
  readonly #database: Database;

  constructor(database: Database, writes: WriteTransaction, wal: WalCheckpoint) {
    this.#writes = writes;
    this.#wal = wal;
    this.#database = database;
    this.#statements = prepareErasing(database);
  }

  /** Everything dated before that time; the number of pieces deleted. */
  async before(at: number): Promise<number> {
    const day = Math.floor(at / DAY_S);
    let deleted = 0;
    for (;;) {
      const step = await this.#step(() => this.#chain(this.#statements.oldDay.get({ day })));
      if (step === 0) break;
      deleted += step;
    }
    for (const sql of AGED_SQL) {
      const statement = this.#database.prepare(sql);
      while ((await this.#step(() => statement.run({ day, at }).changes)) > 0);
    }
    await this.#endedBefore(at);
    this.#wal.truncate();
    return deleted;
  }

  /** All that was stored in an ownership, and the ownership. */
  async ownership(ownership: number): Promise<void> {
    for (let day = -1; ;) {
      const next = this.#statements.nextDay.get({ after: day })?.day;
      if (next === undefined) break;
      day = next;
      while ((await this.#step(() => this.#chain(this.#statements.dayOf.get({ day, ownership })))) > 0);
    }
    this.#writes.run(() => {
      for (const sql of OWNERSHIP_SQL) this.#database.prepare(sql).run({ ownership });
    });
    this.#wal.truncate();
  }

  async #endedBefore(at: number): Promise<void> {
    const ended = this.#database
      .prepare("SELECT id FROM ownership WHERE ended_at < ?")
      .pluck()
      .all(at) as number[];
    for (const ownership of ended) await this.ownership(ownership);
  }

  async #step(work: () => number): Promise<number> {
    await new Promise(setImmediate);
    return this.#database.open ? this.#writes.run(work) : 0;
  }

  /** Deletes from the head on, which then moves: a reader finds a shorter chain, never a broken one. */
  #chain(head: ChainHead | undefined): number {
    if (head === undefined) return 0;
    let next: number | null = head.last_report;
    let deleted = 0;
    for (; next !== null && deleted < STEP; deleted++) {
      const row: { previous: number | null } | undefined = this.#statements.report.get({ id: next });
      next = row?.previous ?? null;
    }
    if (next === null) this.#statements.endDay.run(head);
    else this.#statements.moveDay.run({ ...head, last: next });
    return deleted;
  }
}
