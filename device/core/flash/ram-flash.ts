import { assertInPage, ERASED } from "./flash-assertions.ts";
import type { Flash } from "../ports.ts";

/**
 * Flash in memory, for simulated tags and tests. It keeps what real flash keeps: bits only go from 1 to 0 until the
 * page is erased, and a power cut stops a write or an erasure in the middle. Pages take memory once they are written.
 */
export class RamFlash implements Flash {
  readonly pageBytes: number;
  readonly pageCount: number;
  /** Erasures of each page since the start. */
  readonly erasures: Uint32Array;
  /** Bytes written or erased since the start. */
  bytesTouched = 0;
  /** Whether the power is cut: every write and erasure throws until `restorePower`. */
  isCut = false;
  private readonly pages: (Uint8Array | undefined)[] = [];
  private budget = Infinity;
  private tornBits = 0;

  constructor(pageBytes: number, pageCount: number) {
    this.pageBytes = pageBytes;
    this.pageCount = pageCount;
    this.erasures = new Uint32Array(pageCount);
    for (let page = 0; page < pageCount; page++) this.pages.push(undefined);
  }

  /**
   * Cuts the power after `bytes` more written or erased bytes. The byte at the cut keeps 1 in `tornBits`, as a cell that
   * was programmed for too short a time does; 0xFF leaves it untouched.
   */
  cutAfter(bytes: number, tornBits = ERASED): void {
    this.budget = bytes;
    this.tornBits = tornBits;
  }

  /** The board starts again: what was written stays. */
  restorePower(): void {
    this.isCut = false;
    this.budget = Infinity;
  }

  /** Turns one bit over, as a worn cell or a cosmic ray does. */
  flipBit(page: number, offset: number, bit: number): void {
    const bytes = this.page(page);
    bytes[offset] = (bytes[offset] as number) ^ (1 << bit);
  }

  read(page: number, offset: number, into: Uint8Array): void {
    assertInPage(this, page, offset, into.length);
    const bytes = this.pages[page];
    if (bytes === undefined) into.fill(ERASED);
    else into.set(bytes.subarray(offset, offset + into.length));
  }

  write(page: number, offset: number, bytes: Uint8Array): void {
    assertInPage(this, page, offset, bytes.length);
    const target = this.page(page);
    const writable = writableBytes(target, offset, bytes);
    const written = this.spend(writable);
    target.set(bytes.subarray(0, written), offset);
    if (written < writable) {
      target[offset + written] =
        (target[offset + written] as number) & ((bytes[written] as number) | this.tornBits);
      throw new RangeError("power cut");
    }
    if (writable < bytes.length)
      throw new RangeError(`byte ${offset + writable} of page ${page} is not erased`);
  }

  erase(page: number): void {
    assertInPage(this, page, 0, 0);
    const bytes = this.page(page);
    this.erasures[page] = (this.erasures[page] as number) + 1;
    const erased = this.spend(bytes.length);
    bytes.fill(ERASED, 0, erased);
    if (erased < bytes.length) throw new RangeError("power cut");
    this.pages[page] = undefined;
  }

  private page(page: number): Uint8Array {
    const bytes = this.pages[page] ?? new Uint8Array(this.pageBytes).fill(ERASED);
    this.pages[page] = bytes;
    return bytes;
  }

  /** How many of so many bytes are touched before the power is cut. */
  private spend(bytes: number): number {
    const touched = this.isCut ? 0 : Math.min(bytes, this.budget);
    if (touched < bytes) this.isCut = true;
    this.budget -= touched;
    this.bytesTouched += touched;
    return touched;
  }
}

/** Bytes before the first that is not erased and is to become another. */
function writableBytes(target: Uint8Array, offset: number, bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) {
    const before = target[offset + i] as number;
    if (before !== ERASED && before !== bytes[i]) return i;
  }
  return bytes.length;
}
