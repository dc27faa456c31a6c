import type { Database } from "@purrimeter/database/open-database";
import { prepareDays } from "./progress-statements.ts";

/** The newest piece of a day, from which the others are found. */
export interface DayHead {
  lastReport: number;
  /** The day from which retention counts. */
  keepDay: number;
  /** Entries that are stored under the day. */
  entries: number;
  /** What the row has; undefined when there is no row yet. */
  storedKeepDay: number | undefined;
  dirty: boolean;
}

/** Days whose heads stay in memory for each tag: today, and a little of what comes late. */
const MAX_KEPT_DAYS = 4;

/** Reads and writes the heads of days, which the caller keeps for each ownership. */
export class DayHeads {
  readonly #statements: ReturnType<typeof prepareDays>;

  constructor(database: Database) {
    this.#statements = prepareDays(database);
  }

  get(days: Map<number, DayHead>, ownership: number, day: number): DayHead | undefined {
    const kept = days.get(day);
    if (kept !== undefined) return kept;
    const row = this.#statements.day.get({ day, ownership });
    if (row === undefined) return undefined;
    const { last_report: lastReport, keep_day: keepDay, entries } = row;
    const head = { lastReport, keepDay, entries, storedKeepDay: keepDay, dirty: false };
    days.set(day, head);
    return head;
  }

  /** Makes a row the newest of its day; `entries` come to those that the day has. */
  set(
    days: Map<number, DayHead>,
    ownership: number,
    day: number,
    { lastReport, keepDay, entries }: Pick<DayHead, "lastReport" | "keepDay" | "entries">,
  ): void {
    const head = this.get(days, ownership, day);
    if (head === undefined) {
      days.set(day, { lastReport, keepDay, entries, storedKeepDay: undefined, dirty: true });
      return;
    }
    head.entries += entries;
    head.lastReport = lastReport;
    head.keepDay = Math.max(head.keepDay, keepDay);
    head.dirty = true;
  }

  /** Writes what changed, and forgets all but the newest days. */
  write(days: Map<number, DayHead>, ownership: number): void {
    for (const [day, head] of days) if (head.dirty) this.#write(ownership, day, head);
    if (days.size <= MAX_KEPT_DAYS) return;
    const newest = [...days.keys()].sort((a, b) => b - a).slice(0, MAX_KEPT_DAYS);
    for (const day of days.keys()) if (!newest.includes(day)) days.delete(day);
  }

  #write(ownership: number, day: number, head: DayHead): void {
    const { lastReport, keepDay, entries, storedKeepDay } = head;
    const row = { day, ownership, lastReport, keepDay, entries };
    if (storedKeepDay === undefined) this.#statements.addDay.run(row);
    else this.#statements.moveDay.run(row);
    if (storedKeepDay !== undefined && storedKeepDay !== keepDay) this.#statements.keepDay.run(row);
    head.storedKeepDay = keepDay;
    head.dirty = false;
  }
}
