import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, writeSync, constants } from "node:fs";
import { assertErased, assertInPage, ERASED } from "../../core/flash/flash-assertions.ts";
import type { Flash } from "../../core/ports.ts";

const PRIVATE = 0o600;

/** Flash in a file of pageBytes x pageCount bytes. Every write and erasure is on the disk when it returns. */
export class FileFlash implements Flash {
  readonly pageBytes: number;
  readonly pageCount: number;
  readonly #file: number;
  readonly #before: Uint8Array;
  readonly #erased: Uint8Array;

  /** Opens the file, or creates an erased one. Throws when it is larger than this flash: it is a different one. */
  constructor(path: string, pageBytes: number, pageCount: number) {
    this.pageBytes = pageBytes;
    this.pageCount = pageCount;
    this.#before = new Uint8Array(pageBytes);
    this.#erased = new Uint8Array(pageBytes).fill(ERASED);
    this.#file = openSync(path, constants.O_RDWR | constants.O_CREAT, PRIVATE);
    this.#fillUp(path);
  }

  read(page: number, offset: number, into: Uint8Array): void {
    assertInPage(this, page, offset, into.length);
    const length = readSync(this.#file, into, 0, into.length, page * this.pageBytes + offset);
    if (length !== into.length) throw new RangeError(`the flash file ends within page ${page}`);
  }

  write(page: number, offset: number, bytes: Uint8Array): void {
    const before = this.#before.subarray(0, bytes.length);
    this.read(page, offset, before);
    assertErased(before, bytes, page, offset);
    this.#put(page * this.pageBytes + offset, bytes);
  }

  erase(page: number): void {
    assertInPage(this, page, 0, this.pageBytes);
    this.#put(page * this.pageBytes, this.#erased);
  }

  close(): void {
    closeSync(this.#file);
  }

  /** A file that is too short was being created when the power failed: the missing part counts as erased. */
  #fillUp(path: string): void {
    const size = fstatSync(this.#file).size;
    const wanted = this.pageBytes * this.pageCount;
    if (size > wanted) {
      closeSync(this.#file);
      throw new RangeError(`${path} has ${size} bytes, a flash of ${this.pageCount} pages has ${wanted}`);
    }
    for (let at = size; at < wanted; at += this.pageBytes) {
      writeSync(this.#file, this.#erased, 0, Math.min(this.pageBytes, wanted - at), at);
    }
    if (size < wanted) fdatasyncSync(this.#file);
  }

  #put(position: number, bytes: Uint8Array): void {
    let written = 0;
    while (written < bytes.length) {
      written += writeSync(this.#file, bytes, written, bytes.length - written, position + written);
    }
    fdatasyncSync(this.#file);
  }
}
