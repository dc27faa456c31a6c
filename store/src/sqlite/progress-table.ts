import { DayHeads, type DayHead } from "./day-heads.ts";
import { spansFromBytes, spansToBytes, type NumberState } from "../recording/number-spans.ts";
import type { LeftEpoch } from "../recording/report-changes.ts";
import { createProgress, NEVER, type TagProgress } from "../recording/tag-progress.ts";
import type { Database } from "@purrimeter/database/open-database";
import { prepareProgress, type ProgressRow } from "./progress-statements.ts";

/** Older epochs of a tag that are remembered: a board whose flash is cleared more often is broken. */
const MAX_PAST_EPOCHS = 4;

/** The progress of an ownership as it is kept between reports. */
export interface KeptProgress extends TagProgress {
  readonly ownership: number;
  /** Row that holds the newest believed fix. */
  latestReport: number | null;
  readonly days: Map<number, DayHead>;
  isDirty: boolean;
}

/**
 * The progress of all tags heard, kept in memory and written behind the reports of the same transaction: once for each
 * tag, however many reports of it the transaction holds.
 */
export class ProgressTable {
  readonly #kept = new Map<number, KeptProgress>();
  #dirty: KeptProgress[] = [];
  readonly #statements: ReturnType<typeof prepareProgress>;
  readonly #heads: DayHeads;

  constructor(database: Database) {
    this.#statements = prepareProgress(database);
    this.#heads = new DayHeads(database);
  }

  of(ownership: number): KeptProgress {
    const kept = this.#kept.get(ownership);
    if (kept !== undefined) return kept;
    const progress = this.#load(ownership);
    this.#kept.set(ownership, progress);
    return progress;
  }

  touch(progress: KeptProgress): void {
    if (progress.isDirty) return;
    progress.isDirty = true;
    this.#dirty.push(progress);
  }

  /** Head of the chain of that day, or null. */
  lastReport(progress: KeptProgress, day: number): number | null {
    return this.#heads.get(progress.days, progress.ownership, day)?.lastReport ?? null;
  }

  /** Entries that are stored under that day. */
  storedOn(progress: KeptProgress, day: number): number {
    return this.#heads.get(progress.days, progress.ownership, day)?.entries ?? 0;
  }

  /** Makes a row of `entries` entries the head of the chain of that day. */
  setLastReport(
    progress: KeptProgress,
    day: number,
    head: { readonly lastReport: number; readonly keepDay: number; readonly entries: number },
  ): void {
    this.#heads.set(progress.days, progress.ownership, day, head);
  }

  /** What is known of an epoch that is not the present one; undefined for the present one and for an unknown one. */
  pastNumbers({ ownership, epoch: present }: KeptProgress, epoch: number): NumberState | undefined {
    if (epoch === present) return undefined;
    const row = this.#statements.pastEpoch.get({ ownership, epoch });
    return row && { spans: spansFromBytes(row.spans), settled: row.settled };
  }

  /** Keeps what is known of an epoch that was left. */
  keepEpoch({ ownership }: KeptProgress, { epoch, numbers, at: leftAt }: LeftEpoch): void {
    const { settled, spans } = numbers;
    this.#statements.keepEpoch.run({ ownership, epoch, settled, spans: spansToBytes(spans), leftAt });
    this.#statements.dropEpochs.run({ ownership, keep: MAX_PAST_EPOCHS });
  }

  /** Writes what was touched; the last step before the commit. */
  flush(): void {
    for (const progress of this.#dirty) this.#write(progress);
  }

  /** The commit is on disk. */
  committed(): void {
    for (const progress of this.#dirty) progress.isDirty = false;
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

  #load(ownership: number): KeptProgress {
    const own = { ownership, latestReport: null, days: new Map<number, DayHead>(), isDirty: false };
    const stored = this.#statements.load.get({ ownership });
    if (stored === undefined) return { ...createProgress(), ...own };
    return {
      ...own,
      epoch: stored.epoch,
      numbers: { spans: spansFromBytes(stored.spans), settled: stored.settled },
      lastHeardAt: stored.last_heard_at,
      batteryPercent: stored.battery_percent,
      batteryEpoch: stored.battery_epoch,
      batteryNumber: stored.battery_number,
      latestReport: stored.latest_report,
      latestAt: stored.latest_report === null ? NEVER : stored.latest_at,
      latestEpoch: stored.latest_epoch,
      latestNumber: stored.latest_number,
    };
  }

  #write(progress: KeptProgress): void {
    this.#statements.save.run(rowOf(progress));
    this.#heads.write(progress.days, progress.ownership);
  }
}

function rowOf(progress: KeptProgress): ProgressRow {
  return {
    ownership: progress.ownership,
    epoch: progress.epoch,
    settled: progress.numbers.settled,
    spans: spansToBytes(progress.numbers.spans),
    lastHeardAt: progress.lastHeardAt,
    batteryPercent: progress.batteryPercent,
    batteryEpoch: progress.batteryEpoch,
    batteryNumber: progress.batteryNumber,
    latestReport: progress.latestReport,
    latestAt: Math.max(0, progress.latestAt),
    latestEpoch: progress.latestEpoch,
    latestNumber: progress.latestNumber,
  };
}
