import {
  decodeHeader,
  decodeMark,
  emptyPageHeader,
  encodeHeader,
  encodeMark,
  HEADER_BYTES,
  MARK_BYTES,
  pageLayout,
  type PageHeader,
  type PageLayout,
} from "./journal-page.ts";
import { decodeRecord, RECORD_BYTES, type JournalEntry } from "./journal-record.ts";
import { isErased } from "../flash/little-endian.ts";
import type { Flash } from "../ports.ts";

/** One page is written, one is spare, and one holds what is still to be sent. */
const MIN_PAGES = 3;

/**
 * The journal's pages, opened in turn, so that all wear equally. The page with sequence q has the index (q - 1) modulo
 * the number of pages. A page is valid from the moment one of its headers is whole; at that moment the page after it,
 * the oldest, becomes invalid and is the spare one.
 */
export class JournalRing {
  readonly layout: PageLayout;
  /** Header of the page that is written; sequence 0 when there is none yet. */
  readonly head: PageHeader;
  private readonly flash: Flash;
  private readonly firstPage: number;
  private readonly pageCount: number;
  private readonly firstNumbers: Uint32Array;
  private readonly usedSlots: Uint16Array;
  private readonly carriedSlots: Uint16Array;
  private readonly found: PageHeader;
  private readonly headerBytes: Uint8Array;
  private readonly recordBytes: Uint8Array;
  private readonly markBytes: Uint8Array;
  private usedMarks = 0;

  constructor(flash: Flash, firstPage: number, pageCount: number) {
    if (pageCount < MIN_PAGES) throw new RangeError(`a journal of ${pageCount} pages has no room`);
    this.layout = pageLayout(flash.pageBytes);
    this.head = emptyPageHeader();
    this.flash = flash;
    this.firstPage = firstPage;
    this.pageCount = pageCount;
    this.firstNumbers = new Uint32Array(pageCount);
    this.usedSlots = new Uint16Array(pageCount);
    this.carriedSlots = new Uint16Array(pageCount);
    this.found = emptyPageHeader();
    this.headerBytes = new Uint8Array(HEADER_BYTES);
    this.recordBytes = new Uint8Array(RECORD_BYTES);
    this.markBytes = new Uint8Array(MARK_BYTES);
  }

  /** Finds the valid pages after a start. False when there are none: the flash is new. */
  recover(): boolean {
    for (let place = 0; place < this.pageCount; place++) {
      if (this.readHeader(place) && this.found.sequence > this.head.sequence)
        decodeHeader(this.headerBytes, this.head);
    }
    for (let sequence = this.lowestSequence(); sequence <= this.head.sequence; sequence++)
      this.index(sequence);
    for (let mark = 0; mark < this.layout.marks; mark++)
      if (!this.isMarkErased(mark)) this.usedMarks = mark + 1;
    return this.head.sequence > 0;
  }

  /** Sequence of the oldest page that may be valid. */
  lowestSequence(): number {
    return Math.max(1, this.head.sequence - this.pageCount + 2);
  }

  /** Slots of the page that are written, carried ones and torn ones too; 0 for a page that was lost. */
  used(sequence: number): number {
    return this.usedSlots[this.place(sequence)] as number;
  }

  carried(sequence: number): number {
    return this.carriedSlots[this.place(sequence)] as number;
  }

  /** Number of the entry in the first slot behind the carried ones. */
  firstNumber(sequence: number): number {
    return this.firstNumbers[this.place(sequence)] as number;
  }

  /** Fills the entry; false when the slot holds no whole record. */
  readSlot(sequence: number, slot: number, entry: JournalEntry): boolean {
    this.flash.read(this.pageAt(sequence), this.slotOffset(slot), this.recordBytes);
    return decodeRecord(this.recordBytes, entry);
  }

  /** Writes into the next slot of the page that is written. */
  push(record: Uint8Array): void {
    const place = this.place(this.head.sequence);
    const slot = this.usedSlots[place] as number;
    this.usedSlots[place] = slot + 1;
    this.flash.write(this.pageAt(this.head.sequence), this.slotOffset(slot), record);
  }

  /** Erases the spare page, which `carry` and `commitPage` then make the page that is written. */
  erasePage(): void {
    this.flash.erase(this.pageAt(this.head.sequence + 1));
  }

  /** Copies a record, byte for byte, into a slot of the page that is being opened. */
  carry(sequence: number, slot: number, intoSlot: number): void {
    this.flash.read(this.pageAt(sequence), this.slotOffset(slot), this.recordBytes);
    this.flash.write(this.pageAt(this.head.sequence + 1), this.slotOffset(intoSlot), this.recordBytes);
  }

  /** Makes the page that `header` describes, the one after `head`, valid. */
  commitPage(header: PageHeader): void {
    const page = this.pageAt(header.sequence);
    encodeHeader(header, this.headerBytes);
    this.flash.write(page, 0, this.headerBytes);
    this.flash.write(page, this.layout.secondHeaderAt, this.headerBytes);
    decodeHeader(this.headerBytes, this.head);
    this.usedMarks = 0;
    this.take(header, header.carried);
  }

  /** Records what is acknowledged, unless the marks of the slots written so far are used up. */
  mark(releasedThrough: number): boolean {
    const due = Math.floor((this.used(this.head.sequence) * this.layout.marks) / this.layout.slots) + 1;
    if (this.usedMarks >= Math.min(due, this.layout.marks)) return false;
    encodeMark(releasedThrough, this.markBytes);
    const offset = this.markOffset(this.usedMarks);
    this.usedMarks++;
    this.flash.write(this.pageAt(this.head.sequence), offset, this.markBytes);
    return true;
  }

  /** The highest number below `limit` that the newest page marks as acknowledged. */
  highestMark(limit: number): number {
    let highest = this.head.releasedThrough;
    for (let mark = 0; mark < this.usedMarks; mark++) {
      this.flash.read(this.pageAt(this.head.sequence), this.markOffset(mark), this.markBytes);
      const through = decodeMark(this.markBytes);
      if (through > highest && through < limit) highest = through;
    }
    return highest;
  }

  private place(sequence: number): number {
    return (sequence - 1) % this.pageCount;
  }

  private pageAt(sequence: number): number {
    return this.firstPage + this.place(sequence);
  }

  private slotOffset(slot: number): number {
    return HEADER_BYTES + slot * RECORD_BYTES;
  }

  private markOffset(mark: number): number {
    return this.layout.marksAt + mark * MARK_BYTES;
  }

  private readHeader(place: number): boolean {
    return this.readCopy(place, 0) || this.readCopy(place, this.layout.secondHeaderAt);
  }

  private readCopy(place: number, offset: number): boolean {
    this.flash.read(this.firstPage + place, offset, this.headerBytes);
    if (!decodeHeader(this.headerBytes, this.found)) return false;
    return this.found.sequence > 0 && this.place(this.found.sequence) === place;
  }

  private index(sequence: number): void {
    const whole = this.readHeader(this.place(sequence)) && this.found.sequence === sequence;
    if (whole && this.found.epoch === this.head.epoch) this.take(this.found, this.countUsed(sequence));
  }

  private take(header: PageHeader, used: number): void {
    const place = this.place(header.sequence);
    this.firstNumbers[place] = header.firstNumber;
    this.carriedSlots[place] = header.carried;
    this.usedSlots[place] = Math.max(used, header.carried);
  }

  private countUsed(sequence: number): number {
    for (let slot = this.layout.slots - 1; slot >= 0; slot--) {
      this.flash.read(this.pageAt(sequence), this.slotOffset(slot), this.recordBytes);
      if (!isErased(this.recordBytes, 0, RECORD_BYTES)) return slot + 1;
    }
    return 0;
  }

  private isMarkErased(mark: number): boolean {
    if (this.head.sequence === 0) return true;
    this.flash.read(this.pageAt(this.head.sequence), this.markOffset(mark), this.markBytes);
    return isErased(this.markBytes, 0, MARK_BYTES);
  }
}
