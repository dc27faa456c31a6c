import type { Entry, HealthEntry } from "@purrimeter/protocol/entry";
import type { Report } from "@purrimeter/protocol/messages";
import type { EntryNumber } from "@purrimeter/protocol/values";
import { EventRecorder } from "./record-event.ts";
import { HoleRecorder } from "./record-hole.ts";
import {
  addSpan,
  boundSpans,
  hasNumber,
  MAX_SPANS,
  settledThrough,
  type NumberState,
  type Spans,
} from "./number-spans.ts";
import type { Database } from "@purrimeter/database/open-database";
import { PieceRecorder } from "./record-piece.ts";
import type { ProgressRow } from "./progress-statements.ts";
import type { Received, RecordOutcome, Stored } from "./report-store.ts";
import type { Doubt } from "./doubt.ts";
import type { ProgressTable } from "./tag-progress.ts";
import { type TagProgress } from "./tag-progress.ts";
import type { OpenOwnership } from "./open-ownerships.ts";

const NO_SPANS: Spans = [];

/** Records reports. Synchronous, and only inside a transaction: see GroupCommit. */
export class ReportRecorder {
  readonly #progress: ProgressTable;
  readonly #pieces: PieceRecorder;
  readonly #events: EventRecorder;
  readonly #holes: HoleRecorder;

  constructor(database: Database, progress: ProgressTable) {
    this.#progress = progress;
    this.#pieces = new PieceRecorder(database, progress);
    this.#events = new EventRecorder(database);
    this.#holes = new HoleRecorder(database);
  }

  /**
   * Stores the entries that are not stored yet and says through which number all is. A report that comes twice, late,
   * overlapping or out of order leaves the same entries.
   */
  record(ownership: OpenOwnership, report: Report, received: Received): RecordOutcome {
    const progress = this.#progress.of(ownership.id);
    this.#progress.touch(progress);
    const { row } = progress;
    if (row.epoch !== report.epoch) this.#progress.switchEpoch(progress, report.epoch, received.at);
    if (received.at > row.lastHeardAt) row.lastHeardAt = received.at;
    const before = snapshot(progress.numbers, report.first);
    if (!advance(progress.numbers, report)) {
      progress.numbers = before;
      return { kind: "refused", reason: "busy" };
    }
    const stored = this.#store(ownership, progress, report, received, before.spans);
    this.#holes.record(ownership, report, before, progress.numbers, received.at);
    return stored;
  }

  #store(
    ownership: OpenOwnership,
    progress: TagProgress,
    report: Report,
    received: Received,
    spansBefore: Spans,
  ): Stored {
    const { epoch, entries } = report;
    let [duplicates, withheld] = [0, 0];
    this.#pieces.begin(ownership, progress, epoch, received.at);
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i];
      if (entry === undefined) continue;
      const number = (report.first + i) as EntryNumber;
      if (hasNumber(spansBefore, number)) duplicates++;
      else if (entry.at < ownership.entriesFrom) withheld++;
      else this.#add(ownership, progress, report, number, entry, received, received.suspect?.[i]);
    }
    this.#pieces.end();
    const stored = entries.length - duplicates - withheld;
    const through = progress.numbers.settled;
    const ahead = spanAhead(progress.numbers, report);
    if (ahead === undefined) return { kind: "stored", epoch, through, stored, duplicates, withheld };
    return { kind: "stored", epoch, through, ahead, stored, duplicates, withheld };
  }

  #add(
    ownership: OpenOwnership,
    progress: TagProgress,
    report: Report,
    number: EntryNumber,
    entry: Entry,
    received: Received,
    doubt: Doubt | undefined,
  ): void {
    this.#pieces.add(number, entry, doubt);
    if (entry.kind === "transition")
      this.#events.record(ownership, report.epoch, number, entry, doubt, received.at);
    if (entry.kind === "health" && doubt === undefined) rememberBattery(progress.row, entry);
  }
}

/** The newest by the tag's time, whatever order it came in. */
function rememberBattery(row: ProgressRow, entry: HealthEntry): void {
  if (entry.at < row.batteryAt) return;
  row.batteryAt = entry.at;
  row.batteryPercent = entry.batteryPercent;
}

/** Takes the report's numbers as stored. False: too many holes that may still fill. */
function advance(numbers: NumberState, report: Report): boolean {
  addSpan(numbers.spans, report.first, report.first + report.entries.length - 1);
  numbers.settled = settledThrough(numbers, report.oldest);
  return boundSpans(numbers);
}

/** The report's own span where it lies after a hole (RFC 2018 style). */
function spanAhead(numbers: NumberState, report: Report): Stored["ahead"] {
  const last = report.first + report.entries.length - 1;
  if (last <= numbers.settled) return undefined;
  for (let at = 0; at < numbers.spans.length; at += 2) {
    const first = numbers.spans[at] ?? 0;
    const end = numbers.spans[at + 1] ?? 0;
    if (first <= last && last <= end) return { first: first as EntryNumber, last: end as EntryNumber };
  }
  return undefined;
}

/** The state to compare with and to go back to. Most reports come after all others: then no span says anything of them. */
function snapshot(numbers: NumberState, first: number): NumberState {
  const { spans, settled } = numbers;
  const isAfterAll = spans.length < MAX_SPANS && first > (spans.at(-1) ?? 0);
  return { spans: isAfterAll ? NO_SPANS : spans.slice(), settled };
}
