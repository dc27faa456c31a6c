import type { Entry, HealthEntry } from "@purrimeter/protocol/entry";
import type { Report } from "@purrimeter/protocol/messages";
import type { EntryNumber } from "@purrimeter/protocol/values";
import { EventRecorder } from "./record-event.ts";
import { HoleRecorder } from "./record-hole.ts";
import { addSpan, boundSpans, hasNumber, settledThrough, type NumberState } from "./number-spans.ts";
import type { Database } from "./open-database.ts";
import { PieceRecorder } from "./record-piece.ts";
import type { ProgressRow } from "./progress-statements.ts";
import type { Received, RecordOutcome, Stored } from "./report-store.ts";
import type { Suspicion } from "./suspicion.ts";
import type { ProgressTable } from "./tag-progress.ts";
import { type TagProgress } from "./tag-progress.ts";
import type { OpenOwnership } from "./tag-standing.ts";

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
    if (progress.row.epoch !== report.epoch) this.#progress.switchEpoch(progress, report.epoch, received.at);
    const before = { spans: progress.numbers.spans.slice(), settled: progress.numbers.settled };
    progress.row.lastHeardAt = Math.max(progress.row.lastHeardAt, received.at);
    if (!advance(progress.numbers, report)) {
      progress.numbers = before;
      return { kind: "refused", reason: "busy" };
    }
    const counts = this.#store(ownership, progress, report, received, before);
    this.#holes.record(ownership, report, before, progress.numbers, received.at);
    return { kind: "stored", epoch: report.epoch, ...answer(progress.numbers, report), ...counts };
  }

  #store(
    ownership: OpenOwnership,
    progress: TagProgress,
    report: Report,
    received: Received,
    before: NumberState,
  ): Pick<Stored, "stored" | "duplicates" | "withheld"> {
    const counts = { stored: 0, duplicates: 0, withheld: 0 };
    this.#pieces.begin(ownership, progress, report.epoch, received.at);
    for (let i = 0; i < report.entries.length; i++) {
      const entry = report.entries[i];
      if (entry === undefined) continue;
      const number = (report.first + i) as EntryNumber;
      if (hasNumber(before.spans, number)) counts.duplicates++;
      else if (entry.at < ownership.entriesFrom) counts.withheld++;
      else {
        counts.stored++;
        this.#add(ownership, progress, report, number, entry, received, received.suspect?.[i]);
      }
    }
    this.#pieces.end();
    return counts;
  }

  #add(
    ownership: OpenOwnership,
    progress: TagProgress,
    report: Report,
    number: EntryNumber,
    entry: Entry,
    received: Received,
    suspicion: Suspicion | undefined,
  ): void {
    this.#pieces.add(number, entry, suspicion);
    if (entry.kind === "transition")
      this.#events.record(ownership, report.epoch, number, entry, suspicion, received.at);
    if (entry.kind === "health" && suspicion === undefined) rememberBattery(progress.row, entry);
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

/** Cumulative, and the report's own span where it lies after a hole (RFC 2018 style). */
function answer(numbers: NumberState, report: Report): Pick<Stored, "through" | "ahead"> {
  const through = numbers.settled;
  const last = report.first + report.entries.length - 1;
  if (last <= through) return { through };
  for (let at = 0; at < numbers.spans.length; at += 2) {
    const first = numbers.spans[at] ?? 0;
    const end = numbers.spans[at + 1] ?? 0;
    if (first <= last && last <= end)
      return { through, ahead: { first: first as EntryNumber, last: end as EntryNumber } };
  }
  return { through };
}
