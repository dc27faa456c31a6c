import { crc32 } from "@purrimeter/protocol/crc32";
import { KIND_ANSWER, KIND_FIX, KIND_NO_SKY, KIND_TRANSITION } from "@purrimeter/protocol/entry-kind";
import type { Ack, RefusedAck, StoredAck } from "@purrimeter/protocol/messages";
import { ReportWriter } from "@purrimeter/protocol/report-writer";
import { backOffMs } from "./back-off.ts";
import { emptyJournalEntry, type JournalEntry } from "../journal/journal-record.ts";
import type { Journal } from "../journal/journal.ts";
import type { Random } from "../random.ts";

/** LTE-M answers within seconds; in bad coverage its layers repeat for half a minute. */
const ACK_TIMEOUT_MS = 30_000;
const MAX_RESEND_MS = 30 * 60_000;

/** Reports in a row without an answer after which the session is given up: the other end is gone, whatever TCP says. */
const UNANSWERED_LIMIT = 2;

/** A transition is promised to be out within this many times the answer's time; after that one unanswered report is enough. */
const PROMISE_TIMEOUTS = 2;
/** And that report is then given a third of the answer's time. */
const HURRY_DIVISOR = 3;

/** The cloud refused for now: try again soon, then less and less often. */
const REFUSED_RETRY_MS = 10_000;
const MAX_REFUSED_RETRY_MS = 10 * 60_000;

/** The modem's buffer is full for a moment. */
const NOT_TAKEN_RETRY_MS = 1_000;

/** Number of entries that are worth the radio time of a report. */
const BATCH_ENTRIES = 60;

/** A transition with a longer backlog than this before it is sent first, with the entries that led to it. */
const URGENT_BACKLOG = 64;
const URGENT_LEAD = 15;

/** What the queue counted since the start of this program; its owner counts the rest in the same object. */
export interface UplinkCounts {
  fixes: number;
  entries: number;
  acknowledged: number;
  transitions: number;
  resent: number;
  reports: number;
  pending: number;
  /** Entries of reports that the cloud refused finally (it cannot decode them). */
  rejected: number;
  /** Reports that the cloud refused for now. */
  refused: number;
  /** Acknowledgements for nothing that was sent: another epoch, stale, twice, a number never sent. */
  strayAcks: number;
  /** Sessions that were given up because reports were not answered. */
  deadSessions: number;
}

/**
 * Decides which journal entries are sent, and when: after the report interval, when they fill a report, at once for a
 * transition. One report is in flight; it is sent again until it is acknowledged. Only entries that were sent in it and
 * acknowledged are released.
 */
export class UplinkQueue {
  readonly counts: UplinkCounts = {
    fixes: 0,
    entries: 0,
    acknowledged: 0,
    transitions: 0,
    resent: 0,
    reports: 0,
    pending: 0,
    rejected: 0,
    refused: 0,
    strayAcks: 0,
    deadSessions: 0,
  };
  private readonly journal: Journal;
  private readonly random: Random;
  private readonly ackTimeoutMs: number;
  private readonly writer: ReportWriter;
  private readonly entry: JournalEntry;
  private isUp = false;
  private isInFlight = false;
  /** Span of the last report that is not acknowledged as a whole; 0 to 0 when there is none. */
  private sentFirst = 0;
  private sentLast = 0;
  private sentCrc = 0;
  private failures = 0;
  /** The cloud itself refused for now: another session does not change that. */
  private wasRefused = false;
  /** Reports of this session in a row without an answer. */
  private unanswered = 0;
  /** Sessions in a row that were given up: the waits go on growing until there is an answer. */
  private deadInRow = 0;
  private sentAtMs = 0;
  private urgentSinceMs = 0;
  private deadlineMs = 0;
  private retryAtMs = 0;
  private flushThrough = 0;
  private urgent = 0;
  private dueAtMs = Infinity;

  constructor(journal: Journal, random: Random, ackTimeoutMs = ACK_TIMEOUT_MS) {
    this.journal = journal;
    this.random = random;
    this.ackTimeoutMs = ackTimeoutMs;
    this.writer = new ReportWriter();
    this.entry = emptyJournalEntry();
  }

  /** An entry of this number was appended; an urgent one is sent at once, the others within `waitMs`. */
  appended(number: number, isUrgent: boolean, nowMs: number, waitMs: number): void {
    if (isUrgent) this.noteUrgent(number, nowMs);
    if (isUrgent || number - this.journal.oldest + 1 >= BATCH_ENTRIES) this.flushThrough = number;
    this.dueAtMs = Math.min(this.dueAtMs, nowMs + waitMs);
  }

  /** The session is established: everything that waits is sent now, because the radio is on anyway. */
  up(nowMs: number): void {
    this.isUp = true;
    this.isInFlight = false;
    this.unanswered = 0;
    this.urgentSinceMs = nowMs;
    if (!this.wasRefused && this.deadInRow === 0) this.failures = 0;
    // After two dead sessions it is the cloud that does not answer, and another session does not change that.
    if (this.deadInRow < 2) this.retryAtMs = nowMs;
    this.flushThrough = this.journal.next - 1;
  }

  down(): void {
    this.isUp = false;
    this.isInFlight = false;
  }

  /** From when on something is to be sent, in monotonic milliseconds; Infinity when nothing is. */
  sessionWantedMs(): number {
    if (this.journal.oldest >= this.journal.next) return Infinity;
    if (this.isInFlight) return 0;
    return this.wantsToSend() ? this.retryAtMs : Math.max(this.dueAtMs, this.retryAtMs);
  }

  /** When `nextReport` has something to do, in monotonic milliseconds; Infinity = not before something else happens. */
  nextWakeMs(): number {
    if (!this.isUp) return Infinity;
    return this.isInFlight ? this.deadlineMs : this.sessionWantedMs();
  }

  /** Nothing waits for the report interval. */
  flush(nowMs: number): void {
    this.dueAtMs = nowMs;
  }

  /** The report in flight is unanswered when its time is over. */
  private expire(nowMs: number): void {
    if (this.isInFlight && nowMs >= this.deadlineMs) this.timedOut(nowMs);
  }

  /** The bytes of the report to send now, or undefined. Valid until the next call. It counts as sent unless `notTaken`. */
  nextReport(nowMs: number): Uint8Array | undefined {
    this.expire(nowMs);
    if (nowMs >= this.dueAtMs) {
      this.flushThrough = this.journal.next - 1;
      this.dueAtMs = Infinity;
    }
    if (!this.isUp || this.isInFlight || nowMs < this.retryAtMs) return undefined;
    this.skipHoles();
    return this.wantsToSend() ? this.build(nowMs) : undefined;
  }

  /** Whether the session is to be given up, although the uplink takes it for good. True once for a session. */
  takeDeadSession(nowMs: number): boolean {
    this.expire(nowMs);
    const isUrgent = this.urgent > 0 && this.isOverdue(nowMs);
    if (!this.isUp || this.unanswered < (isUrgent ? 1 : UNANSWERED_LIMIT)) return false;
    this.unanswered = 0;
    this.deadInRow++;
    this.down();
    this.counts.deadSessions++;
    return true;
  }

  /** The uplink could not take the report. */
  notTaken(nowMs: number): void {
    this.isInFlight = false;
    this.retryAtMs = nowMs + NOT_TAKEN_RETRY_MS;
  }

  acknowledge(ack: Ack, nowMs: number): void {
    if (this.sentFirst === 0) this.counts.strayAcks++;
    else if (ack.kind === "refused") this.refused(ack, nowMs);
    else this.stored(ack);
  }

  private wantsToSend(): boolean {
    return (
      this.journal.oldest < this.journal.next && (this.flushThrough >= this.journal.oldest || this.urgent > 0)
    );
  }

  /** Cells may have gone bad since their entries were written. */
  private skipHoles(): void {
    this.journal.skipHoles();
    if (this.urgent > 0 && this.journal.following(this.urgent) !== this.urgent) this.urgent = 0;
  }

  private timedOut(nowMs: number): void {
    this.isInFlight = false;
    this.unanswered++;
    this.retryAtMs = nowMs + backOffMs(this.failures, this.ackTimeoutMs / 4, MAX_RESEND_MS, this.random);
    this.failures++;
  }

  private build(nowMs: number): Uint8Array {
    const first = this.firstToSend();
    this.writer.begin(this.journal.epoch, first, this.journal.oldest);
    let next = first;
    while (this.journal.following(next) === next && this.add(next)) next++;
    const length = this.writer.finish();
    this.noteSent(first, next - 1);
    this.sentCrc = crc32(this.writer.bytes, 0, length);
    this.counts.reports++;
    this.isInFlight = true;
    this.sentAtMs = nowMs;
    this.deadlineMs = this.answerByMs();
    return this.writer.bytes.subarray(0, length);
  }

  private noteUrgent(number: number, nowMs: number): void {
    if (this.urgent === 0 || this.journal.following(this.urgent) !== this.urgent) this.urgentSinceMs = nowMs;
    this.urgent = number;
    if (!this.wasRefused) this.retryAtMs = Math.min(this.retryAtMs, nowMs);
    if (this.isInFlight) this.deadlineMs = this.answerByMs();
  }

  private isOverdue(nowMs: number): boolean {
    return nowMs >= this.urgentSinceMs + PROMISE_TIMEOUTS * this.ackTimeoutMs;
  }

  /** When the report in flight counts as unanswered: earlier once a transition waits longer than promised. */
  private answerByMs(): number {
    const latestMs = this.sentAtMs + this.ackTimeoutMs;
    if (this.urgent === 0) return latestMs;
    const promisedMs = this.urgentSinceMs + PROMISE_TIMEOUTS * this.ackTimeoutMs;
    return Math.min(latestMs, Math.max(this.sentAtMs + this.ackTimeoutMs / HURRY_DIVISOR, promisedMs));
  }

  private firstToSend(): number {
    if (this.urgent - this.journal.oldest < URGENT_BACKLOG) return this.journal.oldest;
    let first = this.urgent;
    while (this.urgent - first < URGENT_LEAD && this.journal.following(first - 1) === first - 1) first--;
    return first;
  }

  private add(number: number): boolean {
    const entry = this.entry;
    if (!this.journal.read(number, entry)) return false;
    if (entry.kind === KIND_FIX) return this.writer.addFix(entry);
    if (entry.kind === KIND_NO_SKY) return this.writer.addNoSky(entry.at, entry.searchedS);
    if (entry.kind === KIND_ANSWER) return this.writer.addAnswer(entry);
    if (entry.kind !== KIND_TRANSITION) {
      return this.writer.addHealth(entry.at, entry.batteryPercent, entry.boots, entry.dropped);
    }
    return this.writer.addTransition(entry);
  }

  private noteSent(first: number, last: number): void {
    const overlap = Math.min(last, this.sentLast) - Math.max(first, this.sentFirst) + 1;
    if (this.sentFirst > 0 && overlap > 0) this.counts.resent += overlap;
    this.sentFirst = first;
    this.sentLast = last;
  }

  private stored(ack: StoredAck): void {
    this.answered();
    const isCovered = ack.epoch === this.journal.epoch && this.releaseCovered(ack);
    if (!isCovered) this.counts.strayAcks++;
  }

  private answered(): void {
    this.unanswered = 0;
    this.deadInRow = 0;
  }

  private releaseCovered(ack: StoredAck): boolean {
    const isThrough = this.release(this.sentFirst, ack.through);
    const isAhead = ack.ahead !== undefined && this.release(ack.ahead.first, ack.ahead.last);
    return isThrough || isAhead;
  }

  /** Releases the part of the span that was sent; false when that is nothing. */
  private release(from: number, to: number): boolean {
    const first = Math.max(from, this.sentFirst);
    const last = Math.min(to, this.sentLast);
    if (first > last) return false;
    for (let n = first; n <= last; n++) if (this.journal.following(n) === n) this.counts.acknowledged++;
    this.free(first, last);
    return true;
  }

  private free(first: number, last: number): void {
    if (first <= this.journal.oldest) this.journal.releaseThrough(last);
    else this.journal.releaseSpan(first, last);
    if (this.journal.oldest >= this.journal.next) this.dueAtMs = Infinity;
    if (first <= this.sentFirst && last >= this.sentLast) this.settled();
  }

  private settled(): void {
    this.sentFirst = 0;
    this.sentLast = 0;
    this.isInFlight = false;
    this.failures = 0;
    this.wasRefused = false;
  }

  private refused(ack: RefusedAck, nowMs: number): void {
    if (ack.reportCrc !== this.sentCrc) {
      this.counts.strayAcks++;
    } else if (ack.final) {
      this.counts.rejected += this.sentLast - this.sentFirst + 1;
      this.free(this.sentFirst, this.sentLast);
    } else {
      this.answered();
      this.counts.refused++;
      this.wasRefused = true;
      this.isInFlight = false;
      this.retryAtMs = nowMs + backOffMs(this.failures, REFUSED_RETRY_MS, MAX_REFUSED_RETRY_MS, this.random);
      this.failures++;
    }
  }
}
