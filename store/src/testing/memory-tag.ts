import type { Entry } from "@purrimeter/protocol/entry";
import type { Report } from "@purrimeter/protocol/messages";
import { applyReport } from "../recording/apply-report.ts";
import { restOfHole } from "../recording/holes.ts";
import type { NumberState } from "../recording/number-spans.ts";
import { readPiece } from "../recording/piece-codec.ts";
import { ReportChanges, type NumberRange } from "../recording/report-changes.ts";
import type { Received, RecordOutcome } from "../recording/report-store.ts";
import { createProgress, type TagProgress } from "../recording/tag-progress.ts";

/** What applyReport decides of one tag, performed in memory: the smallest engine there can be. */
export class MemoryTag {
  readonly progress: TagProgress = createProgress();
  /** Stored entries by "epoch/number", each as often as it was stored. */
  readonly entries = new Map<string, Entry[]>();
  /** "epoch/number" of each event, and whether its owner is alerted. */
  readonly events = new Map<string, boolean>();
  readonly holes = new Map<number, NumberRange[]>();
  /** UTC days of the pieces, in the order in which they were stored. */
  readonly days: number[] = [];
  /** Entries under each UTC day. */
  readonly onDay = new Map<number, number>();
  /** The piece that holds the newest believed fix, as place in `days`. */
  latestPiece: number | undefined;
  readonly #past = new Map<number, NumberState>();
  readonly #changes = new ReportChanges();
  readonly #entriesFrom: number;

  constructor(entriesFrom = 0) {
    this.#entriesFrom = entriesFrom;
  }

  record(report: Report, received: Received): RecordOutcome {
    const pastNumbers = report.epoch === this.progress.epoch ? undefined : this.#past.get(report.epoch);
    const storedOn = (day: number): number => this.onDay.get(day) ?? 0;
    const arrival = {
      report,
      received,
      entriesFrom: this.#entriesFrom,
      settingsFrom: 0,
      pastNumbers,
      storedOn,
      knownBefore: () => null,
    };
    const outcome = applyReport(this.progress, arrival, this.#changes);
    this.#perform(report.epoch);
    return outcome;
  }

  /** Numbers of an epoch that are said never to come, ascending. */
  holesOf(epoch: number): number[] {
    const numbers = (this.holes.get(epoch) ?? []).flatMap(({ first, last }) =>
      Array.from({ length: last - first + 1 }, (_, i) => first + i),
    );
    return numbers.sort((a, b) => a - b);
  }

  #perform(epoch: number): void {
    const { pieces, events, holes, filled, leftEpoch } = this.#changes;
    if (leftEpoch !== undefined) this.#past.set(leftEpoch.epoch, leftEpoch.numbers);
    for (const { day, first, count, bytes, isLatest } of pieces) {
      this.onDay.set(day, (this.onDay.get(day) ?? 0) + count);
      if (isLatest) this.latestPiece = this.days.length;
      this.days.push(day);
      for (const { number, entry } of readPiece(first, bytes)) this.#keep(`${epoch}/${number}`, entry);
    }
    for (const { number, isBelieved } of events) this.events.set(`${epoch}/${number}`, isBelieved);
    const kept = (this.holes.get(epoch) ?? []).flatMap((hole) =>
      filled === undefined ? [hole] : restOfHole(hole, filled),
    );
    this.holes.set(epoch, [...kept, ...holes]);
  }

  #keep(key: string, entry: Entry): void {
    const stored = this.entries.get(key) ?? [];
    this.entries.set(key, [...stored, entry]);
  }
}
