import type { Flash } from "@purrimeter/device/ports";

/** What this asks of a partition of `embedded:storage/flash`. */
export interface Partition {
  status(): { readonly size: number; readonly blockLength: number; readonly writeAlign: number };
  read(buffer: Uint8Array, byteOffset: number): unknown;
  write(buffer: Uint8Array, byteOffset: number): void;
  eraseBlock(start: number, end?: number): void;
}

const ERASED = 0xff;

/**
 * Flash in a partition: its blocks are the pages. Where the partition wants writes aligned, the bytes around are written
 * again as they are, which changes no cell of NOR flash.
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
    this.assertWithin(page, offset, into.length);
    if (into.length > 0) this.partition.read(into, page * this.pageBytes + offset);
  }

  write(page: number, offset: number, bytes: Uint8Array): void {
    this.assertWithin(page, offset, bytes.length);
    if (bytes.length === 0) return;
    const from = offset - (offset % this.alignBytes);
    const to = Math.ceil((offset + bytes.length) / this.alignBytes) * this.alignBytes;
    const cells = this.buffer.subarray(0, to - from);
    this.partition.read(cells, page * this.pageBytes + from);
    for (let i = 0; i < bytes.length; i++) {
      const before = cells[offset - from + i] as number;
      if (before !== ERASED && before !== bytes[i])
        throw new RangeError(`byte ${offset + i} of page ${page} is not erased`);
      cells[offset - from + i] = bytes[i] as number;
    }
    this.partition.write(cells, page * this.pageBytes + from);
  }

  erase(page: number): void {
    this.assertWithin(page, 0, 0);
    this.partition.eraseBlock(page, page + 1);
  }

  private assertWithin(page: number, offset: number, length: number): void {
    const isPage = page >= 0 && page < this.pageCount && page % 1 === 0;
    if (isPage && offset >= 0 && offset + length <= this.pageBytes) return;
    throw new RangeError(`page ${page}, bytes ${offset} to ${offset + length} do not exist`);
  }
}
