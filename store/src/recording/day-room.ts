/**
 * Entries of one tag that are stored under one UTC day. A fix every five seconds all day is 17,280, and what else a tag
 * notes is a small part of that. A tag that dates more on one day is broken or hostile: it would make that day slow to read.
 */
export const MAX_ENTRIES_A_DAY = 30_000;

/** How many more entries each day takes, while a report is applied. One object, begun anew for each report. */
export class DayRoom {
  readonly #left = new Map<number, number>();
  #storedOn: (day: number) => number = () => 0;
  #day = -1;
  #leftOnDay = 0;

  /** `storedOn`: entries that the store has of a UTC day. */
  begin(storedOn: (day: number) => number): void {
    this.#left.clear();
    this.#storedOn = storedOn;
    this.#day = -1;
  }

  /** Takes a place on that day; false when there is none. */
  take(day: number): boolean {
    if (day !== this.#day) this.#turnTo(day);
    if (this.#leftOnDay <= 0) return false;
    this.#leftOnDay--;
    return true;
  }

  #turnTo(day: number): void {
    if (this.#day >= 0) this.#left.set(this.#day, this.#leftOnDay);
    this.#day = day;
    this.#leftOnDay = this.#left.get(day) ?? MAX_ENTRIES_A_DAY - this.#storedOn(day);
  }
}
