import {
  KIND_ANSWER,
  KIND_FIX,
  KIND_HEALTH,
  KIND_NO_SKY,
  KIND_TRANSITION,
} from "@purrimeter/protocol/entry-kind";
import type { AnswerParts, FixParts, TransitionParts } from "@purrimeter/protocol/report-writer";
import { emptyPageHeader, type PageHeader } from "./journal-page.ts";
import { JournalHoldings } from "./journal-holdings.ts";
import { emptyJournalEntry, encodeRecord, RECORD_BYTES, type JournalEntry } from "./journal-record.ts";
import { JournalRing } from "./journal-ring.ts";
import type { Flash } from "../ports.ts";

/** A new page keeps this part of its slots free of carried transitions, so that the journal can continue. */
const FREE_PART = 8;

/**
 * The tag's numbered, append-only record in flash. An entry whose append returned survives any power cut; its
 * number is never used again. When the journal is full, its oldest page is erased: fixes, health and "no sky" are given
 * up and counted, transitions are copied to the newest page. A slot that was written and cannot be read (a cut, a worn
 * cell) keeps its number as a hole.
 */
export class Journal {
  /** Number of the next entry. */
  next = 1;
  /** Oldest number that is held and not acknowledged; `next` when there is none. */
  oldest = 1;
  /** Starts since the flash was new, including this one. */
  boots = 0;
  /** Entries given up because the journal was full, since the flash was new. */
  dropped = 0;
  /** The last known sides after the newest transition, and the version of the settings that they are of. */
  known = 0;
  knownVersion = 0;
  private markedThrough = 0;
  private readonly ring: JournalRing;
  private readonly pageCount: number;
  private readonly holdings: JournalHoldings;
  private readonly header: PageHeader;
  private readonly draft: JournalEntry;
  private readonly record: Uint8Array;

  /** The journal in `pageCount` (3 or more) pages from `firstPage`; reads nothing before `start`. */
  constructor(flash: Flash, firstPage: number, pageCount: number) {
    this.ring = new JournalRing(flash, firstPage, pageCount);
    this.pageCount = pageCount;
    this.holdings = new JournalHoldings(this.ring);
    this.header = emptyPageHeader();
    this.draft = emptyJournalEntry();
    this.record = new Uint8Array(RECORD_BYTES);
  }

  /** Number drawn when the flash was new. */
  get epoch(): number {
    return this.ring.head.epoch;
  }

  /** Finds what the flash holds, or begins `newEpoch` on a new flash. */
  start(newEpoch: number): void {
    if (!this.ring.recover()) {
      this.ring.head.epoch = newEpoch;
      this.openPage();
    }
    const head = this.ring.head;
    this.next = head.firstNumber + this.ring.used(head.sequence) - this.ring.carried(head.sequence);
    this.holdings.releasedThrough = this.ring.highestMark(this.next);
    this.markedThrough = this.holdings.releasedThrough;
    this.dropped = head.dropped;
    this.known = head.known;
    this.knownVersion = head.knownVersion;
    this.boots = this.recordedBoots() + 1;
    this.skipHoles();
  }

  /** Returns the entry's number, or 0 when the flash can store nothing any more; so do the other appends. */
  appendFix(fix: FixParts): number {
    this.draft.kind = KIND_FIX;
    this.draft.latE7 = fix.latE7;
    this.draft.lonE7 = fix.lonE7;
    this.draft.accuracyDm = fix.accuracyDm;
    this.draft.speedCmS = fix.speedCmS ?? -1;
    this.draft.courseDeg10 = fix.courseDeg10 ?? -1;
    return this.append(fix.at);
  }

  appendTransition(transition: TransitionParts): number {
    this.draft.kind = KIND_TRANSITION;
    this.draft.geofence = transition.geofence;
    this.draft.from = transition.from;
    this.draft.to = transition.to;
    this.draft.evidenceFrom = transition.evidenceFrom;
    this.draft.settingsVersion = transition.settingsVersion;
    this.draft.lastKnown = transition.lastKnown;
    return this.append(transition.at);
  }

  appendNoSky(at: number, searchedS: number): number {
    this.draft.kind = KIND_NO_SKY;
    this.draft.searchedS = searchedS;
    return this.append(at);
  }

  /** The answer to a command. */
  appendAnswer(answer: AnswerParts): number {
    this.draft.kind = KIND_ANSWER;
    this.draft.command = answer.command;
    this.draft.outcome = answer.outcome;
    return this.append(answer.at);
  }

  /** Records the battery together with `boots` and `dropped`. */
  appendHealth(at: number, batteryPercent: number): number {
    this.draft.kind = KIND_HEALTH;
    this.draft.batteryPercent = batteryPercent;
    this.draft.boots = this.boots;
    this.draft.dropped = this.dropped;
    return this.append(at);
  }

  /** Fills the entry of this number; false when it is not held. */
  read(number: number, entry: JournalEntry): boolean {
    return this.holdings.read(number, entry);
  }

  /** The lowest number from `from` on that is held and not acknowledged, or 0. */
  following(from: number): number {
    return this.holdings.following(from);
  }

  /** Entries held and not acknowledged. Torn ones count until the entries before them are acknowledged. */
  pending(): number {
    return this.holdings.pending(this.oldest);
  }

  /** The cloud has stored all numbers up to this; numbers that were never used are ignored. */
  releaseThrough(number: number): void {
    if (number <= this.holdings.releasedThrough || number >= this.next) return;
    this.holdings.releasedThrough = number;
    this.skipHoles();
    this.mark();
  }

  /** The cloud has stored these, but something before them is still missing. */
  releaseSpan(first: number, last: number): void {
    if (last <= this.holdings.releasedThrough || last >= this.next || first > last) return;
    this.holdings.releaseSpan(first, last);
    this.skipHoles();
    this.mark();
  }

  /** Advances `oldest` over entries that are no longer held: given up, torn, or damaged since. */
  skipHoles(): void {
    this.oldest = this.holdings.settle(this.next);
  }

  /** Calls with every transition that was added to the newest page, in order; the entry is valid during the call. */
  eachNewTransition(take: (entry: JournalEntry) => void): void {
    const { sequence } = this.ring.head;
    for (let slot = this.ring.carried(sequence); slot < this.ring.used(sequence); slot++) {
      const { seen } = this.holdings;
      if (this.ring.readSlot(sequence, slot, seen) && seen.kind === KIND_TRANSITION) take(seen);
    }
  }

  private append(at: number): number {
    this.draft.at = at;
    for (let attempt = 0; attempt <= this.ring.layout.slots; attempt++) {
      if (this.ring.used(this.ring.head.sequence) >= this.ring.layout.slots) this.openPage();
      const number = this.next++;
      this.draft.number = number;
      encodeRecord(this.draft, this.record);
      this.ring.push(this.record);
      const sequence = this.ring.head.sequence;
      if (this.ring.readSlot(sequence, this.ring.used(sequence) - 1, this.holdings.seen)) return number;
      this.skipHoles();
    }
    return 0;
  }

  private openPage(): void {
    const { header } = this;
    const { head } = this.ring;
    const victim = head.sequence - this.pageCount + 2;
    this.ring.erasePage();
    header.carried = victim < 1 ? 0 : this.carryFrom(victim);
    header.sequence = head.sequence + 1;
    header.epoch = head.epoch;
    header.firstNumber = this.next;
    header.releasedThrough = this.holdings.releasedThrough;
    header.boots = this.boots;
    header.dropped = this.dropped;
    header.known = this.known;
    header.knownVersion = this.knownVersion;
    this.ring.commitPage(header);
    this.markedThrough = this.holdings.releasedThrough;
    this.skipHoles();
  }

  private carryFrom(victim: number): number {
    const room = this.ring.layout.slots - Math.ceil(this.ring.layout.slots / FREE_PART);
    let held = 0;
    let transitions = 0;
    for (let slot = 0; slot < this.ring.used(victim); slot++) {
      if (!this.holdings.isHeld(victim, slot)) continue;
      held++;
      if (this.holdings.seen.kind === KIND_TRANSITION) transitions++;
    }
    const carried = this.carryTransitions(victim, transitions - room);
    this.dropped += held - carried;
    return carried;
  }

  private carryTransitions(victim: number, tooMany: number): number {
    let met = 0;
    let carried = 0;
    for (let slot = 0; slot < this.ring.used(victim); slot++) {
      if (!this.holdings.isHeld(victim, slot) || this.holdings.seen.kind !== KIND_TRANSITION) continue;
      met++;
      if (met > tooMany) this.ring.carry(victim, slot, carried++);
    }
    return carried;
  }

  private mark(): void {
    if (this.holdings.releasedThrough === this.markedThrough) return;
    if (this.ring.mark(this.holdings.releasedThrough)) this.markedThrough = this.holdings.releasedThrough;
  }

  private recordedBoots(): number {
    const head = this.ring.head;
    let boots = head.boots;
    for (let slot = 0; slot < this.ring.used(head.sequence); slot++) {
      const isHealth =
        this.ring.readSlot(head.sequence, slot, this.holdings.seen) &&
        this.holdings.seen.kind === KIND_HEALTH;
      if (isHealth) boots = Math.max(boots, this.holdings.seen.boots);
    }
    return boots;
  }
}
