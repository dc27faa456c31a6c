import { assertErased, assertInPage } from "../../core/flash/flash-assertions.ts";
import type { Flash } from "../../core/ports.ts";

/** What this uses of a partition of `embedded:storage/flash`. */
export interface Partition {
  status(): { readonly size: number; readonly blockLength: number; readonly writeAlign: number };
  read(buffer: Uint8Array, byteOffset: number): unknown;
  write(buffer: Uint8Array, byteOffset: number): void;
  eraseBlock(start: number, end?: number): void;
}

/**
 * Flash in a partition: its blocks are the pages. Where the partition needs aligned writes, the bytes around are written
 * again unchanged, which changes no cell of NOR flash.
 */
export class PartitionFlash implements Flash {
  readonly pageBytes: number;
  readonly pageCount: number;
  private readonly partition: Partition;
  private readonly alignBytes: number;
  private readonly buffer: Uint8Array;

  constructor(partition: Partition) {
    const { size, blockLength, writeAlign } = partition.status();
    this.partition = partition;
    this.pageBytes = blockLength;
    this.pageCount = Math.floor(size / blockLength);
    this.alignBytes = Math.max(1, writeAlign);
    this.buffer = new Uint8Array(blockLength);
  }

  read(page: number, offset: number, into: Uint8Array): void {
    assertInPage(this, page, offset, into.length);
    if (into.length > 0) this.partition.read(into, page * this.pageBytes + offset);
  }

  write(page: number, offset: number, bytes: Uint8Array): void {
    assertInPage(this, page, offset, bytes.length);
    if (bytes.length === 0) return;
    const from = offset - (offset % this.alignBytes);
    const to = Math.ceil((offset + bytes.length) / this.alignBytes) * this.alignBytes;
    const cells = this.buffer.subarray(0, to - from);
    this.partition.read(cells, page * this.pageBytes + from);
    assertErased(cells.subarray(offset - from), bytes, page, offset);
    cells.set(bytes, offset - from);
    this.partition.write(cells, page * this.pageBytes + from);
  }

  erase(page: number): void {
    assertInPage(this, page, 0, 0);
    this.partition.eraseBlock(page, page + 1);
  }
}
