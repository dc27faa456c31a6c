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
    for (let i = 0; i < into.length; i++)
      into[i] = bytes === undefined ? ERASED : (bytes[offset + i] as number);
  }

  write(page: number, offset: number, bytes: Uint8Array): void {
    assertInPage(this, page, offset, bytes.length);
    const target = this.page(page);
    for (let i = 0; i < bytes.length; i++) {
      const before = target[offset + i] as number;
      const wanted = bytes[i] as number;
      if (before !== ERASED && before !== wanted)
        throw new RangeError(`byte ${offset + i} of page ${page} is not erased`);
      if (!this.spend()) {
        target[offset + i] = before & (wanted | this.tornBits);
        throw new RangeError("power cut");
      }
      target[offset + i] = wanted;
    }
  }

  erase(page: number): void {
    assertInPage(this, page, 0, 0);
    const bytes = this.page(page);
    this.erasures[page] = (this.erasures[page] as number) + 1;
    for (let i = 0; i < bytes.length; i++) {
      if (!this.spend()) throw new RangeError("power cut");
      bytes[i] = ERASED;
    }
    this.pages[page] = undefined;
  }

  private page(page: number): Uint8Array {
    const bytes = this.pages[page] ?? new Uint8Array(this.pageBytes).fill(ERASED);
    this.pages[page] = bytes;
    return bytes;
  }

  private spend(): boolean {
    if (this.budget <= 0) this.isCut = true;
    if (this.isCut) return false;
    this.budget--;
    this.bytesTouched++;
    return true;
  }
}
