import type { FixEntry, TransitionEntry } from "@purrimeter/protocol/entry";
import type { Report } from "@purrimeter/protocol/messages";
import type { Database } from "@purrimeter/database/open-database";
import { OutboxRows } from "../alerts/outbox-rows.ts";
import { AnsweredCommands } from "../commands/answered-commands.ts";
import { applyReport } from "../recording/apply-report.ts";
import { entriesFromAfter } from "../recording/entries-from.ts";
import { ReportChanges } from "../recording/report-changes.ts";
import { NEVER } from "../recording/tag-progress.ts";
import type { Received, RecordOutcome, Unjudged } from "../recording/report-store.ts";
import { AnswerRows } from "./answer-rows.ts";
import { BelievedFixes } from "./believed-fixes.ts";
import { EventRows } from "./event-rows.ts";
import { HoleRows } from "./hole-rows.ts";
import { KnownSides } from "./known-sides.ts";
import { NamedGeofences } from "./named-geofences.ts";
import type { OpenOwnership, OpenOwnerships } from "./open-ownerships.ts";
import { PieceRows } from "./piece-rows.ts";
import type { KeptProgress, ProgressTable } from "./progress-table.ts";

/** No rule tells of a battery that is fuller. */
const TOLD_BELOW_PERCENT = 50;

/** Performs on SQLite what applyReport decides. Synchronous, and only inside a transaction: see GroupCommit. */
export class ReportRecorder {
  readonly #ownerships: OpenOwnerships;
  readonly #progress: ProgressTable;
  readonly #pieces: PieceRows;
  readonly #events: EventRows;
  readonly #answers: AnswerRows;
  readonly #commands: AnsweredCommands;
  readonly #sides: KnownSides;
  readonly #holes: HoleRows;
  readonly #believed: BelievedFixes;
  readonly #outbox: OutboxRows;
  readonly #changes = new ReportChanges();

  constructor(database: Database, ownerships: OpenOwnerships, progress: ProgressTable) {
    this.#ownerships = ownerships;
    this.#progress = progress;
    this.#pieces = new PieceRows(database, progress);
    const geofences = new NamedGeofences(database);
    this.#outbox = new OutboxRows(database);
    this.#events = new EventRows(database, geofences, this.#outbox);
    this.#answers = new AnswerRows(database);
    this.#commands = new AnsweredCommands(database);
    this.#sides = new KnownSides(database, geofences);
    this.#holes = new HoleRows(database);
    this.#believed = new BelievedFixes(database);
  }

  /** What the judge of a report has to be told; to be asked before the transaction. */
  believedBefore(ownership: OpenOwnership, arrived: Received | Unjudged): FixEntry | undefined {
    const isAsked = "judge" in arrived && !arrived.knows(ownership.id);
    return isAsked ? this.#believed.newest(ownership) : undefined;
  }

  /** Stores the entries that are not stored yet and says through which number all is. */
  record(
    opened: OpenOwnership,
    report: Report,
    arrived: Received | Unjudged,
    believed: FixEntry | undefined,
  ): RecordOutcome {
    const progress = this.#progress.of(opened.id);
    this.#progress.touch(progress);
    const ownership = this.#started(opened, progress, report, arrived.at);
    const received = this.#judged(ownership, arrived, believed);
    const pastNumbers = this.#progress.pastNumbers(progress, report.epoch);
    const storedOn = (day: number): number => this.#progress.storedOn(progress, day);
    const { entriesFrom, settingsFrom } = ownership;
    const knownBefore = (entry: TransitionEntry, number: number) =>
      this.#sides.before(ownership, report.epoch, { number, entry }, this.#changes.events);
    const arrival = { report, received, entriesFrom, settingsFrom, pastNumbers, storedOn, knownBefore };
    const percentBefore = progress.batteryPercent;
    const outcome = applyReport(progress, arrival, this.#changes);
    this.#perform(ownership, progress, report, received);
    if (progress.batteryPercent !== percentBefore) this.#tellBattery(progress, received);
    return outcome;
  }

  /** With the start that is known now: see entriesFromAfter. */
  #started(ownership: OpenOwnership, progress: KeptProgress, report: Report, at: number): OpenOwnership {
    const { entriesFrom } = ownership;
    const hasBelieved = progress.latestAt !== NEVER;
    const known = entriesFromAfter({ entriesFrom, hasBelieved, report, at });
    return known === entriesFrom ? ownership : this.#ownerships.startingAt(ownership, known);
  }

  #judged(
    { id, entriesFrom }: OpenOwnership,
    arrived: Received | Unjudged,
    believed: FixEntry | undefined,
  ): Received {
    if (!("judge" in arrived)) return arrived;
    return { at: arrived.at, atMs: arrived.atMs, suspect: arrived.judge({ id, entriesFrom, believed }) };
  }

  #tellBattery({ ownership, batteryPercent: percent }: KeptProgress, { at, atMs }: Received): void {
    if (percent === null || percent >= TOLD_BELOW_PERCENT) return;
    this.#outbox.add({ ownership, kind: "battery", at, learnedAt: at, learnedAtMs: atMs, subject: percent });
  }

  #perform(ownership: OpenOwnership, progress: KeptProgress, { epoch }: Report, received: Received): void {
    const { at } = received;
    const { pieces, events, answers, holes, filled, leftEpoch } = this.#changes;
    if (leftEpoch !== undefined) this.#progress.keepEpoch(progress, leftEpoch);
    for (const piece of pieces) this.#pieces.add(ownership, progress, epoch, at, piece);
    for (const event of events) this.#events.add(ownership, epoch, received, event);
    for (const answer of answers) {
      this.#answers.add(ownership.id, epoch, at, answer);
      this.#commands.answered(ownership.id, answer.entry);
    }
    if (filled !== undefined) this.#holes.fill(ownership.id, epoch, filled);
    for (const hole of holes) this.#holes.add(ownership.id, epoch, hole, at);
  }
}
