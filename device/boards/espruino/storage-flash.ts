import { assertErased, assertInPage, ERASED } from "../../core/flash/flash-assertions.ts";
import type { Flash } from "../../core/ports.ts";

/** What this uses of Espruino's `require("Storage")` (2v29). */
export interface Storage {
  /** Makes a file of `size` erased bytes at its first write; later writes may only fill erased bytes. */
  write(name: string, data: Uint8Array, offset: number, size: number): boolean;
  /** The file's bytes, mapped from flash, or undefined. */
  readArrayBuffer(name: string): ArrayBuffer | undefined;
  erase(name: string): void;
}

/**
 * Flash in files of Storage, one for each page. An erased page has no file; Storage frees its space by compacting, which
 * Espruino does by itself when there is no space for a file.
 */
export class StorageFlash implements Flash {
  readonly pageBytes: number;
  readonly pageCount: number;
  private readonly storage: Storage;
  private readonly prefix: string;

  /** `prefix` and a number up to `pageCount` together name a file: at most 28 characters. */
  constructor(storage: Storage, prefix: string, pageBytes: number, pageCount: number) {
    this.storage = storage;
    this.prefix = prefix;
    this.pageBytes = pageBytes;
    this.pageCount = pageCount;
  }

  read(page: number, offset: number, into: Uint8Array): void {
    assertInPage(this, page, offset, into.length);
    const cells = this.cells(page);
    // Not byte by byte: on the watch a thousand bytes take a second.
    if (cells === undefined) into.fill(ERASED);
    else into.set(cells.subarray(offset, offset + into.length));
  }

  write(page: number, offset: number, bytes: Uint8Array): void {
    assertInPage(this, page, offset, bytes.length);
    if (bytes.length === 0) return;
    const cells = this.cells(page);
    if (cells !== undefined) assertErased(cells.subarray(offset), bytes, page, offset);
    if (!this.storage.write(this.prefix + page, bytes, offset, this.pageBytes))
      throw new RangeError(`Storage has no room for page ${page}`);
  }

  erase(page: number): void {
    assertInPage(this, page, 0, 0);
    this.storage.erase(this.prefix + page);
  }

  private cells(page: number): Uint8Array | undefined {
    const buffer = this.storage.readArrayBuffer(this.prefix + page);
    return buffer === undefined ? undefined : new Uint8Array(buffer);
  }
}
