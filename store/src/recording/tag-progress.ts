import { DayHeads, type DayHead } from "./day-heads.ts";
import { spansFromBytes, spansToBytes, type NumberState } from "./number-spans.ts";
import type { Database } from "@purrimeter/database/open-database";
import { prepareProgress, type ProgressRow } from "./progress-statements.ts";

/** Older epochs of a tag that are remembered: a board whose flash is cleared more often is broken. */
const MAX_PAST_EPOCHS = 4;

/** No epoch: before the first report. */
const NO_EPOCH = -1;

/** What is known of a tag in one ownership: what the next report is compared with. */
export interface TagProgress {
  readonly row: ProgressRow;
  /** What row.settled and row.spans are written from. */
  numbers: NumberState;
  readonly days: Map<number, DayHead>;
  dirty: boolean;
}

/**
 * The progress of all tags heard, kept in memory and written behind the reports of the same transaction: once for each
 * tag, however many reports of it the transaction holds.
 */
export class ProgressTable {
  readonly #kept = new Map<number, TagProgress>();
  #dirty: TagProgress[] = [];
  readonly #statements: ReturnType<typeof prepareProgress>;
  readonly #heads: DayHeads;

  constructor(database: Database) {
    this.#statements = prepareProgress(database);
    this.#heads = new DayHeads(database);
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
    return this.#heads.get(progress.days, progress.row.ownership, day)?.lastReport ?? null;
  }

  setLastReport(progress: TagProgress, day: number, report: number, keepDay: number): void {
    this.#heads.set(progress.days, progress.row.ownership, day, report, keepDay);
  }

  /** Makes another epoch the present one; the former stays known for a while. */
  switchEpoch(progress: TagProgress, epoch: number, at: number): void {
    const { row, numbers } = progress;
    const { ownership } = row;
    if (row.epoch !== NO_EPOCH) {
      const former = { ownership, epoch: row.epoch, settled: numbers.settled, leftAt: at };
      this.#statements.keepEpoch.run({ ...former, spans: spansToBytes(numbers.spans) });
      this.#statements.dropEpochs.run({ ownership, keep: MAX_PAST_EPOCHS });
    }
    const past = this.#statements.pastEpoch.get({ ownership, epoch });
    row.epoch = epoch;
    progress.numbers = { spans: past ? spansFromBytes(past.spans) : [], settled: past?.settled ?? 0 };
  }

  /** Writes what was touched; the last step before the commit. */
  flush(): void {
    for (const progress of this.#dirty) this.#write(progress);
  }

  /** The commit is on disk. */
  committed(): void {
    for (const progress of this.#dirty) progress.dirty = false;
    this.#dirty = [];
  }

  /** The transaction is undone: what it touched is read again when it is needed. */
  rolledBack(): void {
    for (const { row } of this.#dirty) this.#kept.delete(row.ownership);
    this.#dirty = [];
  }

  /** Forgets everything; not between touch and commit. */
  clear(): void {
    this.#kept.clear();
  }

  #load(ownership: number): TagProgress {
    const stored = this.#statements.load.get({ ownership });
    const numbers = { spans: stored ? spansFromBytes(stored.spans) : [], settled: stored?.settled ?? 0 };
    const row = {
      ownership,
      epoch: stored?.epoch ?? NO_EPOCH,
      settled: numbers.settled,
      spans: stored?.spans ?? Buffer.alloc(0),
      lastHeardAt: stored?.last_heard_at ?? 0,
      batteryPercent: stored?.battery_percent ?? null,
      batteryAt: stored?.battery_at ?? 0,
      latestReport: stored?.latest_report ?? null,
      latestAt: stored?.latest_at ?? 0,
      latestEpoch: stored?.latest_epoch ?? 0,
      latestNumber: stored?.latest_number ?? 0,
    };
    return { row, numbers, days: new Map(), dirty: false };
  }

  #write(progress: TagProgress): void {
    const { row, numbers, days } = progress;
    row.settled = numbers.settled;
    row.spans = spansToBytes(numbers.spans);
    this.#statements.save.run(row);
    this.#heads.write(days, row.ownership);
  }
}
