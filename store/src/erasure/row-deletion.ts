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

/** An owner's rows up to a time. */
export interface OldRows {
  readonly owner: OwnerId;
  /** Ids of all ownerships of that owner. */
  readonly ownerships: readonly number[];
  /** Seconds of UTC. */
  readonly before: number;
  /** The same for alerts, when that is later. */
  readonly alertsBefore: number;
  /** Called once, in the first transaction that deletes anything. */
  readonly begun: () => void;
  /** Called after the last one if there was one, in a transaction, with the number of pieces deleted. */
  readonly ended: (pieces: number) => void;
}

interface Limit {
  readonly at: number;
  readonly day: number;
  readonly alerts: number;
}

/** Heads of days that retention deletes, and ownerships that it deletes whole. */
const OLD_DAY = oldRows(LOCATION_TABLES, "tag_day", "ownership");
const OLD_DAY_SQL = `SELECT day, ownership, last_report FROM tag_day WHERE ${OLD_DAY} LIMIT 1`;
const OLD_OWNERSHIP_SQL = `SELECT id FROM ownership WHERE ${oldRows(LOCATION_TABLES, "ownership", "ownership")}`;
const OLD_OF_OWNERSHIP_SQL = retentionSql(LOCATION_TABLES, "ownership", STEP);
const OLD_OF_OWNER_SQL = retentionSql(LOCATION_TABLES, "owner", STEP);
const OLD_OF_INSTALLATION_SQL = retentionSql(LOCATION_TABLES, "installation", STEP);
const OWNERSHIP_SQL = erasureSql(LOCATION_TABLES, "ownership");
const OWNER_SQL = erasureSql(LOCATION_TABLES, "owner");

/** Calls what is to be called at the first change. */
class FirstChange {
  readonly #begun: () => void;
  isDone = false;

  constructor(begun: () => void) {
    this.#begun = begun;
  }

  done(): void {
    if (!this.isDone) this.#begun();
    this.isDone = true;
  }
}

/** Deletes in small steps, each a transaction, with other work let in between. A step that was cut off is taken up again. */
export class RowDeletion {
  readonly #writes: WriteTransaction;
  readonly #wal: WalCheckpoint;
  readonly #statements: ReturnType<typeof prepareChains>;
  readonly #database: Database;

  constructor(database: Database, writes: WriteTransaction, wal: WalCheckpoint) {
    this.#writes = writes;
    this.#wal = wal;
    this.#database = database;
    this.#statements = prepareChains(database);
  }

  /** What an owner has that is dated before that time; the number of pieces deleted. */
  async olderOf({ owner, ownerships, before: at, alertsBefore, begun, ended }: OldRows): Promise<number> {
    const limit = { at, day: utcDay(at), alerts: alertsBefore };
    const deleting = new FirstChange(begun);
    let deleted = 0;
    for (const ownership of ownerships) {
      deleted += await this.#olderDays(ownership, limit, deleting);
      await this.#older(OLD_OF_OWNERSHIP_SQL, { ...limit, ownership }, deleting);
      await this.#endedOwnership(ownership, limit, deleting);
    }
    await this.#older(OLD_OF_OWNER_SQL, { ...limit, owner }, deleting);
    if (!deleting.isDone || !this.#database.open) return deleted;
    this.#writes.run(() => ended(deleted));
    this.#wal.truncate();
    return deleted;
  }

  /** What is the installation's and dated before that time. */
  async olderOfInstallation(at: number): Promise<void> {
    await this.#older(OLD_OF_INSTALLATION_SQL, { at, day: utcDay(at) }, new FirstChange(() => undefined));
  }

  async #olderDays(ownership: number, limit: Limit, deleting: FirstChange): Promise<number> {
    const oldDay = this.#database.prepare<[object], ChainHead>(OLD_DAY_SQL);
    let deleted = 0;
    while (this.#database.open && oldDay.get({ ...limit, ownership }) !== undefined) {
      deleted += await this.#step(() => {
        const head = oldDay.get({ ...limit, ownership });
        if (head !== undefined) deleting.done();
        return this.#chain(head);
      });
    }
    return deleted;
  }

  async #older(statements: readonly string[], limit: object, deleting: FirstChange): Promise<void> {
    for (const sql of statements) {
      const statement = this.#database.prepare<[object]>(sql);
      const work = (): number => {
        const { changes } = statement.run(limit);
        if (changes > 0) deleting.done();
        return changes;
      };
      while ((await this.#step(work)) > 0);
    }
  }

  /** One that ended before the limit goes as a whole. */
  async #endedOwnership(ownership: number, limit: Limit, deleting: FirstChange): Promise<void> {
    const row = this.#database
      .prepare<[object], { id: number }>(OLD_OWNERSHIP_SQL)
      .get({ ...limit, ownership });
    if (row === undefined) return;
    await this.#step(() => {
      deleting.done();
      return 0;
    });
    await this.ownership(ownership);
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
