import { describeFlashContract } from "../../core/flash/flash.contract.ts";
import { describe, expect, it } from "vitest";
import { PartitionFlash, type Partition } from "./partition-flash.ts";

const BLOCK_BYTES = 64;
const BLOCKS = 4;

/** Cells as NOR flash has them: writing clears bits, and wants whole words. */
class Cells implements Partition {
  readonly bytes = new Uint8Array(BLOCK_BYTES * BLOCKS).fill(255);
  readonly #writeAlign: number;

  constructor(writeAlign: number) {
    this.#writeAlign = writeAlign;
  }

  status(): { size: number; blockLength: number; writeAlign: number } {
    return { size: this.bytes.length, blockLength: BLOCK_BYTES, writeAlign: this.#writeAlign };
  }

  read(buffer: Uint8Array, byteOffset: number): number {
    buffer.set(this.bytes.subarray(byteOffset, byteOffset + buffer.length));
    return buffer.length;
  }

  write(buffer: Uint8Array, byteOffset: number): void {
    if (buffer.length % this.#writeAlign !== 0 || byteOffset % this.#writeAlign !== 0) {
      throw new Error(`${buffer.length} bytes at ${byteOffset} are not aligned`);
    }
    buffer.forEach((byte, i) => (this.bytes[byteOffset + i]! &= byte));
  }

  eraseBlock(start: number, end = start + 1): void {
    this.bytes.fill(255, start * BLOCK_BYTES, end * BLOCK_BYTES);
  }
}

for (const writeAlign of [1, 4, 16]) {
  describeFlashContract(`a partition that writes ${writeAlign} bytes at a time`, () => {
    const cells = new Cells(writeAlign);
    const flash = new PartitionFlash(cells);
    return { flash, reopen: () => new PartitionFlash(cells), dispose: () => undefined };
  });
}

describe("a partition as a flash", () => {
  it("has the partition's blocks as pages, whole ones only", () => {
    const cells = new Cells(4);
    const odd = {
      ...cells,
      status: () => ({ size: 200, blockLength: 64, writeAlign: 4 }),
    } as unknown as Cells;
    expect(new PartitionFlash(odd)).toMatchObject({ pageBytes: 64, pageCount: 3 });
  });
});
