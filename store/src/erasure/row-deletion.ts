import type { StoreTrail } from "../audit/store-trail.ts";
import { prepareChains } from "./chain-statements.ts";
import type { Database } from "@purrimeter/database/open-database";
import { erasureSql, oldRows, retentionSql } from "@purrimeter/database/table-entry";
import { LOCATION_TABLES } from "../schema/tables.ts";
import type { OwnerId } from "../reading/owner-id.ts";
import { utcDay } from "../utc-day.ts";
import type { WalCheckpoint } from "@purrimeter/database/wal-checkpoint";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";

/** Pieces deleted in a transaction: some 5 ms, so that reports in between are not kept waiting. */
const STEP = 500;

interface ChainHead {
  readonly day: number;
  readonly ownership: number;
  readonly last_report: number;
}

/** Heads of days that retention deletes, and ownerships that it deletes whole. */
const OLD_DAY_SQL = `SELECT day, ownership, last_report FROM tag_day WHERE ${oldRows(LOCATION_TABLES, "tag_day")} LIMIT 1`;
const OLD_OWNERSHIPS_SQL = `SELECT id FROM ownership WHERE ${oldRows(LOCATION_TABLES, "ownership")}`;
const RETENTION_SQL = retentionSql(LOCATION_TABLES, STEP);
const OWNERSHIP_SQL = erasureSql(LOCATION_TABLES, "ownership");
const OWNER_SQL = erasureSql(LOCATION_TABLES, "owner");

/** Deletes in small steps, each a transaction, with other work let in between. A step that was cut off is taken up again. */
export class RowDeletion {
  readonly #writes: WriteTransaction;
  readonly #wal: WalCheckpoint;
  readonly #statements: ReturnType<typeof prepareChains>;
  readonly #database: Database;

  readonly #trail: StoreTrail;

  constructor(database: Database, writes: WriteTransaction, wal: WalCheckpoint, trail: StoreTrail) {
    this.#trail = trail;
    this.#writes = writes;
    this.#wal = wal;
    this.#database = database;
    this.#statements = prepareChains(database);
  }

  /** Everything dated before that time; the number of pieces deleted. */
  async before(at: number): Promise<number> {
    const limit = { at, day: utcDay(at) };
    const oldDay = this.#database.prepare<[typeof limit], ChainHead>(OLD_DAY_SQL);
    const run = { isBegun: false };
    let deleted = 0;
    for (;;) {
      const step = await this.#step(() => this.#begin(run, this.#chain(oldDay.get(limit))));
      if (step === 0) break;
      deleted += step;
    }
    for (const sql of RETENTION_SQL) {
      const statement = this.#database.prepare(sql);
      while ((await this.#step(() => this.#begin(run, statement.run(limit).changes))) > 0);
    }
    const old = this.#database.prepare<[typeof limit], { id: number }>(OLD_OWNERSHIPS_SQL).all(limit);
    for (const { id } of old) await this.ownership(id);
    if (run.isBegun) this.#end(deleted);
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
    this.#delete(OWNERSHIP_SQL, { ownership });
  }

  /** All that is an owner's and no ownership's. */
  owner(owner: OwnerId): void {
    this.#delete(OWNER_SQL, { owner });
  }

  /** In the trail once a run, before anything is deleted. */
  #begin(run: { isBegun: boolean }, count: number): number {
    if (count > 0 && !run.isBegun) {
      run.isBegun = true;
      this.#trail.record({ event: "retention.begun", actor: "", account: "", subject: "" });
    }
    return count;
  }

  #end(count: number): void {
    this.#writes.run(() => {
      this.#trail.record({ event: "retention.deleted", actor: "", account: "", subject: "", count });
    });
  }

  #delete(statements: readonly string[], holder: object): void {
    this.#writes.run(() => {
      for (const sql of statements) this.#database.prepare(sql).run(holder);
    });
    this.#wal.truncate();
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
