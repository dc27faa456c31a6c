import type { NumberState } from "./number-spans.ts";
import { spansFromBytes, spansToBytes } from "./number-spans.ts";
import type { Database } from "./open-database.ts";
import { prepareProgress } from "./progress-statements.ts";

/** Older epochs of a tag that are remembered: a board whose flash is cleared more often is broken. */
const MAX_PAST_EPOCHS = 4;

interface DayHead {
  lastReport: number;
  keepDay: number;
  /** What the row has; undefined when there is no row yet. */
  storedKeepDay: number | undefined;
  dirty: boolean;
}

/** What is known of a tag in one ownership: what the next report is compared with. */
export interface TagProgress {
  readonly ownership: number;
  /** undefined before the first report. */
  epoch: number | undefined;
  numbers: NumberState;
  lastHeardAt: number;
  batteryPercent: number | null;
  batteryAt: number;
  latestReport: number | null;
  latestAt: number;
  latestEpoch: number;
  latestNumber: number;
  readonly days: Map<number, DayHead>;
  dirty: boolean;
}

/** Days whose chain heads stay in memory for each tag: today, and a little of what comes late. */
const MAX_KEPT_DAYS = 4;

/**
 * The progress of all tags heard, kept in memory and written behind the reports of the same transaction: once for each
 * tag, however many reports of it the transaction holds.
 */
export class ProgressTable {
  readonly #kept = new Map<number, TagProgress>();
  #dirty: TagProgress[] = [];
  readonly #statements: ReturnType<typeof prepareProgress>;

  constructor(database: Database) {
    this.#statements = prepareProgress(database);
  }

  of(ownership: number): TagProgress {
    const kept = this.#kept.get(ownership);
    if (kept !== undefined) return kept;
    const progress = this.#load(ownership);
    this.#kept.set(ownership, progress);
    return progress;
  }

  touch(progress: TagProgress): void {
    if (progress.dirty) return;
    progress.dirty = true;
    this.#dirty.push(progress);
  }

  /** Head of the chain of that day, or null. */
  lastReport(progress: TagProgress, day: number): number | null {
    return this.#day(progress, day)?.lastReport ?? null;
  }

  setLastReport(progress: TagProgress, day: number, report: number, keepDay: number): void {
    const head = this.#day(progress, day);
    if (head === undefined) {
      progress.days.set(day, { lastReport: report, keepDay, storedKeepDay: undefined, dirty: true });
      return;
    }
    head.lastReport = report;
    head.keepDay = Math.max(head.keepDay, keepDay);
    head.dirty = true;
  }

  /** Makes another epoch the present one; the former stays known for a while. */
  switchEpoch(progress: TagProgress, epoch: number, at: number): void {
    const { ownership } = progress;
    if (progress.epoch !== undefined) {
      const { spans, settled } = progress.numbers;
      const former = { ownership, epoch: progress.epoch, settled, spans: spansToBytes(spans), leftAt: at };
      this.#statements.keepEpoch.run(former);
      this.#statements.dropEpochs.run({ ownership, keep: MAX_PAST_EPOCHS });
    }
    const past = this.#statements.pastEpoch.get({ ownership, epoch });
    progress.epoch = epoch;
    progress.numbers =
      past === undefined
        ? { spans: [], settled: 0 }
        : { spans: spansFromBytes(past.spans), settled: past.settled };
  }

  /** Writes what was touched; the last step before the commit. */
  flush(): void {
    for (const progress of this.#dirty) this.#write(progress);
  }

  /** The commit is on disk. */
  committed(): void {
    for (const progress of this.#dirty) {
      progress.dirty = false;
      forgetOldDays(progress.days);
    }
    this.#dirty = [];
  }

  /** The transaction is undone: what it touched is read again when it is needed. */
  rolledBack(): void {
    for (const { ownership } of this.#dirty) this.#kept.delete(ownership);
    this.#dirty = [];
  }

  /** Forgets everything; not between touch and commit. */
  clear(): void {
    this.#kept.clear();
  }

  #day(progress: TagProgress, day: number): DayHead | undefined {
    const kept = progress.days.get(day);
    if (kept !== undefined) return kept;
    const row = this.#statements.day.get({ day, ownership: progress.ownership });
    if (row === undefined) return undefined;
    const stored = { lastReport: row.last_report, keepDay: row.keep_day, storedKeepDay: row.keep_day };
    const head = { ...stored, dirty: false };
    progress.days.set(day, head);
    return head;
  }

  #load(ownership: number): TagProgress {
    const row = this.#statements.load.get({ ownership });
    return {
      ownership,
      epoch: row?.epoch,
      numbers: { spans: row === undefined ? [] : spansFromBytes(row.spans), settled: row?.settled ?? 0 },
      lastHeardAt: row?.last_heard_at ?? 0,
      batteryPercent: row?.battery_percent ?? null,
      batteryAt: row?.battery_at ?? 0,
      latestReport: row?.latest_report ?? null,
      latestAt: row?.latest_at ?? 0,
      latestEpoch: row?.latest_epoch ?? 0,
      latestNumber: row?.latest_number ?? 0,
      days: new Map(),
      dirty: false,
    };
  }

  #write(progress: TagProgress): void {
    const { numbers, epoch, ownership } = progress;
    if (epoch === undefined) throw new Error("progress without an epoch");
    const spans = spansToBytes(numbers.spans);
    this.#statements.save.run({ ...progress, epoch, spans, settled: numbers.settled });
    for (const [day, head] of progress.days) if (head.dirty) this.#writeDay(day, ownership, head);
  }

  #writeDay(day: number, ownership: number, head: DayHead): void {
    const row = { day, ownership, lastReport: head.lastReport, keepDay: head.keepDay };
    if (head.storedKeepDay === undefined) this.#statements.addDay.run(row);
    else this.#statements.moveDay.run(row);
    if (head.storedKeepDay !== undefined && head.storedKeepDay !== head.keepDay)
      this.#statements.keepDay.run(row);
    head.storedKeepDay = head.keepDay;
    head.dirty = false;
  }
}

function forgetOldDays(days: Map<number, DayHead>): void {
  if (days.size <= MAX_KEPT_DAYS) return;
  const newest = [...days.keys()].sort((a, b) => b - a).slice(0, MAX_KEPT_DAYS);
  for (const day of days.keys()) if (!newest.includes(day)) days.delete(day);
}
