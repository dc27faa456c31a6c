import type { Entry, HealthEntry, TransitionEntry } from "@purrimeter/protocol/entry";
import type { Report } from "@purrimeter/protocol/messages";
import type { EntryNumber } from "@purrimeter/protocol/values";
import type { Arrival } from "./arrival.ts";
import type { Doubt } from "./doubt.ts";
import { countNumbers, listHoles } from "./holes.ts";
import { lastKnownFrom } from "./last-known.ts";
import { keepDayOf } from "./keep-day.ts";
import {
  addSpan,
  boundSpans,
  hasNumber,
  MAX_SPANS,
  settledThrough,
  type NumberState,
  type Spans,
} from "./number-spans.ts";
import { dayOf, type Piece } from "./piece-splitter.ts";
import type { ReportChanges } from "./report-changes.ts";
import type { RecordOutcome, Refused, Stored } from "./report-store.ts";
import { NO_EPOCH, type TagProgress } from "./tag-progress.ts";

const NO_SPANS: Spans = [];
/** The holes below have to fill first. */
const BUSY: Refused = { kind: "refused", reason: "busy" };

/**
 * Applies a report to what is known of its tag: changes `progress` in place and fills `changes` with what is to be stored.
 * A report that comes twice, late, overlapping or out of order leaves the same entries. No clock, no IO, no keys: the
 * caller seals the bytes, writes all of it in one transaction and gives the outcome to the tag after the commit.
 */
export function applyReport(progress: TagProgress, arrival: Arrival, changes: ReportChanges): RecordOutcome {
  const { report, received } = arrival;
  changes.clear();
  if (progress.epoch !== report.epoch) switchEpoch(progress, arrival, changes);
  if (received.at > progress.lastHeardAt) progress.lastHeardAt = received.at;
  const before = snapshot(progress.numbers, report.first);
  if (!advance(progress.numbers, report)) {
    progress.numbers = before;
    return BUSY;
  }
  const stored = takeEntries(progress, arrival, before.spans, changes);
  for (const piece of changes.pieces) rememberLatest(progress, piece, received.at);
  listHoles(arrival, before, progress.numbers, changes);
  return withFindings(stored, changes);
}

/** Most reports show no hole and answer no command. */
function withFindings(stored: Stored, { holes, answers }: ReportChanges): Stored {
  const missing = countNumbers(holes);
  if (missing === 0 && answers.length === 0) return stored;
  const answered = answers.map(({ entry }) => entry.outcome);
  return { ...stored, ...(missing > 0 && { missing }), ...(answered.length > 0 && { answered }) };
}

/** Makes the report's epoch the present one. The former stays known for a while. */
function switchEpoch(progress: TagProgress, arrival: Arrival, changes: ReportChanges): void {
  const { epoch, numbers } = progress;
  if (epoch !== NO_EPOCH) changes.leftEpoch = { epoch, numbers, at: arrival.received.at };
  progress.epoch = arrival.report.epoch;
  progress.numbers = arrival.pastNumbers ?? { spans: [], settled: 0 };
  // A late report of a former epoch says nothing new of the battery.
  if (arrival.pastNumbers !== undefined) return;
  progress.batteryEpoch = progress.epoch;
  progress.batteryNumber = 0;
}

function takeEntries(
  progress: TagProgress,
  arrival: Arrival,
  spansBefore: Spans,
  changes: ReportChanges,
): Stored {
  const { report, received, storedOn } = arrival;
  const { epoch, entries } = report;
  let [duplicates, withheld, overfull] = [0, 0, 0];
  changes.dayRoom.begin(storedOn);
  changes.splitter.begin(received.at);
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i];
    if (entry === undefined) continue;
    const number = report.first + i;
    if (hasNumber(spansBefore, number)) duplicates++;
    else if (isFormerOwners(entry, arrival)) withheld++;
    else if (!changes.dayRoom.take(dayOf(entry.at, received.at))) overfull++;
    else takeEntry(progress, changes, arrival, number, entry);
  }
  changes.splitter.end();
  const stored = entries.length - duplicates - withheld - overfull;
  const counts = { stored, duplicates, withheld, ...(overfull > 0 && { overfull }) };
  const through = progress.numbers.settled;
  const ahead = spanAhead(progress.numbers, report);
  if (ahead === undefined) return { kind: "stored", epoch, through, ...counts };
  return { kind: "stored", epoch, through, ahead, ...counts };
}

/** Until a tag has the new owner's settings it decides the former one's geofences. */
function isFormerOwners(entry: Entry, { entriesFrom, settingsFrom }: Arrival): boolean {
  return entry.at < entriesFrom || (entry.kind === "transition" && entry.settingsVersion < settingsFrom);
}

function takeEntry(
  progress: TagProgress,
  changes: ReportChanges,
  arrival: Arrival,
  number: number,
  entry: Entry,
): void {
  const { report, received } = arrival;
  const doubt = received.suspect?.[number - report.first];
  changes.splitter.add(number, entry, doubt);
  if (entry.kind === "transition") takeEvent(changes, arrival, number, entry, doubt);
  if (entry.kind === "answer")
    changes.answers.push({ number, entry, keepDay: keepDayOf(entry.at, doubt, received.at) });
  if (entry.kind === "health" && doubt !== "future") rememberBattery(progress, number, entry);
}

/** A side that was forgotten keeps its last known value. A tag of wire version 1 does not say it, but its earlier transitions do. */
function takeEvent(
  { events, eventWriter }: ReportChanges,
  { received, knownBefore }: Arrival,
  number: number,
  said: TransitionEntry,
  doubt: Doubt | undefined,
): void {
  const derived = () => lastKnownFrom(said.from) ?? knownBefore(said, number);
  const entry = { ...said, lastKnown: said.lastKnown === undefined ? derived() : said.lastKnown };
  eventWriter.begin(number);
  eventWriter.add(number, entry, doubt);
  const keepDay = keepDayOf(entry.at, doubt, received.at);
  events.push({ number, entry, keepDay, bytes: eventWriter.written(), isBelieved: doubt === undefined });
}

/** The newest by number, in whatever order they came and whether the tag knew the time or not. */
function rememberBattery(progress: TagProgress, number: number, health: HealthEntry): void {
  if (progress.epoch !== progress.batteryEpoch || number <= progress.batteryNumber) return;
  progress.batteryNumber = number;
  progress.batteryPercent = health.batteryPercent;
}

/**
 * Newest by the time of the fix; between equal times by epoch and number, so that the order of arrival is nothing. One that is
 * dated ahead of now is followed by the next in number: a clock that is minutes fast does not hide the fixes after it.
 */
function rememberLatest(progress: TagProgress, piece: Piece, receivedAt: number): void {
  const { fixAt, fixNumber } = piece;
  if (fixAt < 0) return;
  const { epoch, latestAt, latestEpoch, latestNumber } = progress;
  const isByNumber = latestAt > receivedAt && epoch === latestEpoch;
  const order = (isByNumber ? 0 : fixAt - latestAt) || epoch - latestEpoch || fixNumber - latestNumber;
  if (order < 0) return;
  piece.isLatest = true;
  progress.latestAt = fixAt;
  progress.latestEpoch = epoch;
  progress.latestNumber = fixNumber;
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
