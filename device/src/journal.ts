import { KIND_FIX, KIND_HEALTH, KIND_NO_SKY, KIND_TRANSITION } from "@purrimeter/protocol/entry-kind";
import type { Side } from "@purrimeter/protocol/values";
import { emptyPageHeader, type PageHeader } from "./journal-page.ts";
import { emptyJournalEntry, encodeRecord, RECORD_BYTES, type JournalEntry } from "./journal-record.ts";
import { JournalRing } from "./journal-ring.ts";
import type { Flash } from "./ports.ts";
import { ReleasedSpans } from "./released-spans.ts";

/** A page that is opened keeps this part of its slots free of carried transitions, so that the journal goes on. */
const FREE_PART = 8;

/**
 * The tag's numbered, append-only record in flash. An entry whose append returned is there after any power cut; its
 * number is never given again. When the journal is full, its oldest page goes: fixes, health and "no sky" are given up
 * and counted, transitions are carried to the newest page. A slot that was written and cannot be read (a cut, a worn
 * cell) keeps its number as a hole.
 */
export class Journal {
  /** Number of the next entry. */
  next = 1;
  /** Oldest number that is held and not acknowledged; `next` when there is none. */
  oldest = 1;
  /** Starts since the flash was new, this one too. */
  boots = 0;
  /** Entries given up because the journal was full, since the flash was new. */
  dropped = 0;
  private releasedThrough = 0;
  private markedThrough = 0;
  private readonly ring: JournalRing;
  private readonly pageCount: number;
  private readonly spans: ReleasedSpans;
  private readonly header: PageHeader;
  private readonly draft: JournalEntry;
  private readonly seen: JournalEntry;
  private readonly record: Uint8Array;

  /** The journal in `pageCount` (3 or more) pages from `firstPage`; reads nothing before `start`. */
  constructor(flash: Flash, firstPage: number, pageCount: number) {
    this.ring = new JournalRing(flash, firstPage, pageCount);
    this.pageCount = pageCount;
    this.spans = new ReleasedSpans();
    this.header = emptyPageHeader();
    this.draft = emptyJournalEntry();
    this.seen = emptyJournalEntry();
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
    this.releasedThrough = this.ring.highestMark(this.next);
    this.markedThrough = this.releasedThrough;
    this.dropped = head.dropped;
    this.boots = this.notedBoots() + 1;
    this.skipHoles();
  }

  /** Returns the entry's number, or 0 when the flash takes nothing any more; so do the other appends. */
  appendFix(at: number, latE7: number, lonE7: number, accuracyDm: number): number {
    this.draft.kind = KIND_FIX;
    this.draft.latE7 = latE7;
    this.draft.lonE7 = lonE7;
    this.draft.accuracyDm = accuracyDm;
    return this.append(at);
  }

  appendTransition(
    at: number,
    geofence: number,
    from: Side,
    to: Side,
    evidenceFrom: number,
    settingsVersion: number,
  ): number {
    this.draft.kind = KIND_TRANSITION;
    this.draft.geofence = geofence;
    this.draft.from = from;
    this.draft.to = to;
    this.draft.evidenceFrom = evidenceFrom;
    this.draft.settingsVersion = settingsVersion;
    return this.append(at);
  }

  appendNoSky(at: number, searchedS: number): number {
    this.draft.kind = KIND_NO_SKY;
    this.draft.searchedS = searchedS;
    return this.append(at);
  }

  /** Notes the battery beside `boots` and `dropped`. */
  appendHealth(at: number, batteryPercent: number): number {
    this.draft.kind = KIND_HEALTH;
    this.draft.batteryPercent = batteryPercent;
    this.draft.boots = this.boots;
    this.draft.dropped = this.dropped;
    return this.append(at);
  }

  /** Fills the entry of this number, or says false when it is not held. */
  read(number: number, entry: JournalEntry): boolean {
    for (let sequence = this.ring.lowestSequence(); sequence <= this.ring.head.sequence; sequence++) {
      const slot = this.ring.carried(sequence) + number - this.ring.firstNumber(sequence);
      const isNormal = slot >= this.ring.carried(sequence) && slot < this.ring.used(sequence);
      if (isNormal) return this.ring.readSlot(sequence, slot, entry);
      if (this.ring.carried(sequence) > 0 && this.readCarried(sequence, number, entry)) return true;
    }
    return false;
  }

  /** The lowest number from `from` on that is held and not acknowledged, or 0. */
  following(from: number): number {
    let best = 0;
    let normal = 0;
    for (let sequence = this.ring.lowestSequence(); sequence <= this.ring.head.sequence; sequence++) {
      if (normal === 0) normal = this.firstNormal(sequence, from);
      if (this.ring.carried(sequence) > 0) best = lower(best, this.lowestCarried(sequence, from));
    }
    return lower(best, normal);
  }

  /** The cloud has stored all numbers up to this; numbers never given are ignored. */
  releaseThrough(number: number): void {
    if (number <= this.releasedThrough || number >= this.next) return;
    this.releasedThrough = number;
    this.skipHoles();
    this.mark();
  }

  /** The cloud has stored these, and something before them is missing still. */
  releaseSpan(first: number, last: number): void {
    if (last <= this.releasedThrough || last >= this.next || first > last) return;
    this.spans.add(Math.max(first, this.releasedThrough + 1), last);
    this.skipHoles();
    this.mark();
  }

  /** Entries held and not acknowledged. Torn ones count until the entries before them are acknowledged. */
  pending(): number {
    let sum = 0;
    for (let sequence = this.ring.lowestSequence(); sequence <= this.ring.head.sequence; sequence++) {
      const first = this.ring.firstNumber(sequence);
      const last = first + this.ring.used(sequence) - this.ring.carried(sequence) - 1;
      const from = Math.max(first, this.oldest);
      if (last >= from) sum += last - from + 1 - this.spans.countIn(from, last);
      for (let slot = 0; slot < this.ring.carried(sequence); slot++) if (this.isHeld(sequence, slot)) sum++;
    }
    return sum;
  }

  /** Moves `oldest` on over entries that are not held any more: given up, torn, or gone bad since. */
  skipHoles(): void {
    const oldest = this.following(this.releasedThrough + 1);
    this.oldest = oldest === 0 ? this.next : oldest;
    this.releasedThrough = this.oldest - 1;
    this.spans.forgetThrough(this.releasedThrough);
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
      if (this.ring.readSlot(sequence, this.ring.used(sequence) - 1, this.seen)) return number;
      this.skipHoles();
    }
    return 0;
  }

  private openPage(): void {
    const head = this.ring.head;
    const victim = head.sequence - this.pageCount + 2;
    this.ring.erasePage();
    this.header.carried = victim < 1 ? 0 : this.carryFrom(victim);
    this.header.sequence = head.sequence + 1;
    this.header.epoch = head.epoch;
    this.header.firstNumber = this.next;
    this.header.releasedThrough = this.releasedThrough;
    this.header.boots = this.boots;
    this.header.dropped = this.dropped;
    this.ring.commitPage(this.header);
    this.markedThrough = this.releasedThrough;
    this.skipHoles();
  }

  private carryFrom(victim: number): number {
    const room = this.ring.layout.slots - Math.ceil(this.ring.layout.slots / FREE_PART);
    let held = 0;
    let transitions = 0;
    for (let slot = 0; slot < this.ring.used(victim); slot++) {
      if (!this.isHeld(victim, slot)) continue;
      held++;
      if (this.seen.kind === KIND_TRANSITION) transitions++;
    }
    const carried = this.carryTransitions(victim, transitions - room);
    this.dropped += held - carried;
    return carried;
  }

  private carryTransitions(victim: number, tooMany: number): number {
    let met = 0;
    let carried = 0;
    for (let slot = 0; slot < this.ring.used(victim); slot++) {
      if (!this.isHeld(victim, slot) || this.seen.kind !== KIND_TRANSITION) continue;
      met++;
      if (met > tooMany) this.ring.carry(victim, slot, carried++);
    }
    return carried;
  }

  private isHeld(sequence: number, slot: number): boolean {
    return this.ring.readSlot(sequence, slot, this.seen) && this.releasedEnd(this.seen.number) === 0;
  }

  /** The last number of the acknowledged numbers that `number` is among, or 0. */
  private releasedEnd(number: number): number {
    return number <= this.releasedThrough ? this.releasedThrough : this.spans.endOf(number);
  }

  private firstNormal(sequence: number, from: number): number {
    const carried = this.ring.carried(sequence);
    const first = this.ring.firstNumber(sequence);
    const end = first + this.ring.used(sequence) - carried;
    let number = Math.max(from, first);
    while (number < end) {
      const released = this.releasedEnd(number);
      if (released === 0 && this.ring.readSlot(sequence, carried + number - first, this.seen)) return number;
      number = Math.max(number, released) + 1;
    }
    return 0;
  }

  private lowestCarried(sequence: number, from: number): number {
    let best = 0;
    for (let slot = 0; slot < this.ring.carried(sequence); slot++) {
      if (this.isHeld(sequence, slot) && this.seen.number >= from) best = lower(best, this.seen.number);
    }
    return best;
  }

  private readCarried(sequence: number, number: number, entry: JournalEntry): boolean {
    for (let slot = 0; slot < this.ring.carried(sequence); slot++) {
      if (this.ring.readSlot(sequence, slot, entry) && entry.number === number) return true;
    }
    return false;
  }

  private mark(): void {
    if (this.releasedThrough === this.markedThrough) return;
    if (this.ring.mark(this.releasedThrough)) this.markedThrough = this.releasedThrough;
  }

  private notedBoots(): number {
    const head = this.ring.head;
    let boots = head.boots;
    for (let slot = 0; slot < this.ring.used(head.sequence); slot++) {
      const isHealth = this.ring.readSlot(head.sequence, slot, this.seen) && this.seen.kind === KIND_HEALTH;
      if (isHealth) boots = Math.max(boots, this.seen.boots);
    }
    return boots;
  }
}

/** The lower of two numbers of which 0 means none. */
function lower(a: number, b: number): number {
  if (a === 0 || b === 0) return a + b;
  return a < b ? a : b;
}
