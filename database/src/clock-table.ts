import type { ClockRecord, DoubtedSeconds } from "@purrimeter/service/watch-clock";
import type { Database } from "./open-database.ts";
import type { TableEntry } from "./table-entry.ts";

/** A retention run takes at most so much more than the last one did, whatever the clock says. */
const MOST_S = 3 * 86_400;

/**
 * Times of the database's service, seconds of UTC: "trusted", the last trusted one; "retention", as of when was deleted; "doubted",
 * the last one of a clock that is not trusted, and "undisputed", seconds that it has run without another doubt.
 */
const CREATE_SQL = "CREATE TABLE clock (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;";

/** Creates the table; `newest` is a query of one value, the newest time in a database that is older than the table. */
export function clockSql(newest: string): string {
  const filled = `SELECT name, (${newest}) AS at FROM (SELECT 'trusted' AS name UNION ALL SELECT 'retention')`;
  return `${CREATE_SQL}\nINSERT INTO clock SELECT name, at FROM (${filled}) WHERE at IS NOT NULL;`;
}

/** The table's entry in a registry of tables. */
export const CLOCK_TABLE: TableEntry<never> = {
  table: "clock",
  key: ["name"],
  whose: "nobody",
  kept: { until: "replaced", by: "the next trusted time" },
  exported: { never: "times of the service" },
  erased: { never: "says nothing of anybody" },
};

/** The last trusted time, and the time as of which old rows were deleted; written by every process that has the database open. */
export class ClockTable implements ClockRecord {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  lastTrusted(): Promise<number | undefined> {
    return Promise.try(() => this.#read("trusted"));
  }

  lastDoubted(): Promise<DoubtedSeconds | undefined> {
    return Promise.try(() => {
      const utcS = this.#read("doubted");
      const undisputedS = this.#read("undisputed");
      return utcS === undefined || undisputedS === undefined ? undefined : { utcS, undisputedS };
    });
  }

  keepTrusted(utcS: number): Promise<void> {
    return Promise.try(() => {
      this.#write("trusted", utcS);
      this.#database.prepare("DELETE FROM clock WHERE name IN ('doubted', 'undisputed')").run();
    });
  }

  keepDoubted({ utcS, undisputedS }: DoubtedSeconds): Promise<void> {
    return Promise.try(() => {
      this.#write("doubted", utcS);
      this.#write("undisputed", undisputedS);
    });
  }

  /**
   * As of which time a run of retention deletes: now, but at most three days after the last run, so that a clock that is
   * wrong and trusted takes no more than that. Seconds of UTC.
   */
  retentionTime(nowS: number): number {
    const last = this.lastRetention();
    return last === undefined ? nowS : Math.min(nowS, last + MOST_S);
  }

  /** As of which time the last run deleted, seconds of UTC; undefined before the first. */
  lastRetention(): number | undefined {
    return this.#read("retention");
  }

  /** To be called after the run. */
  keepRetentionTime(utcS: number): void {
    this.#write("retention", utcS);
  }

  #read(name: string): number | undefined {
    return this.#database.prepare<[string], number>("SELECT at FROM clock WHERE name = ?").pluck().get(name);
  }

  #write(name: string, at: number): void {
    const sql = "INSERT INTO clock VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at";
    this.#database.prepare(sql).run(name, at);
  }
}
