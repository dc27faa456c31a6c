import { emptyJournalEntry, type JournalEntry } from "./journal-record.ts";
import type { JournalRing } from "./journal-ring.ts";
import { ReleasedSpans } from "./released-spans.ts";

/** Which entries the ring holds that the cloud has not acknowledged, found by their numbers. */
export class JournalHoldings {
  /** All numbers up to this are acknowledged or not held any more. */
  releasedThrough = 0;
  /** Filled by `isHeld`. */
  readonly seen: JournalEntry;
  private readonly ring: JournalRing;
  private readonly spans: ReleasedSpans;

  constructor(ring: JournalRing) {
    this.ring = ring;
    this.spans = new ReleasedSpans();
    this.seen = emptyJournalEntry();
  }

  /** Acknowledged beyond an entry that is not. */
  releaseSpan(first: number, last: number): void {
    this.spans.add(Math.max(first, this.releasedThrough + 1), last);
  }

  /** Advances `releasedThrough` over numbers that are not held; returns the oldest held number, or `next`. */
  settle(next: number): number {
    const oldest = this.following(this.releasedThrough + 1);
    this.releasedThrough = (oldest === 0 ? next : oldest) - 1;
    this.spans.forgetThrough(this.releasedThrough);
    return this.releasedThrough + 1;
  }

  /** Fills the entry of this number; false when it is not held. */
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

  /** Entries held and not acknowledged. Torn ones count until the entries before them are acknowledged. */
  pending(oldest: number): number {
    let sum = 0;
    for (let sequence = this.ring.lowestSequence(); sequence <= this.ring.head.sequence; sequence++) {
      const first = this.ring.firstNumber(sequence);
      const last = first + this.ring.used(sequence) - this.ring.carried(sequence) - 1;
      const from = Math.max(first, oldest);
      if (last >= from) sum += last - from + 1 - this.spans.countIn(from, last);
      for (let slot = 0; slot < this.ring.carried(sequence); slot++) if (this.isHeld(sequence, slot)) sum++;
    }
    return sum;
  }

  /** Whether the slot holds an entry that is not acknowledged; then `seen` is it. */
  isHeld(sequence: number, slot: number): boolean {
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
}

/** The lower of two numbers of which 0 means none. */
function lower(a: number, b: number): number {
  if (a === 0 || b === 0) return a + b;
  return a < b ? a : b;
}
