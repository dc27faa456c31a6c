import { getUint32, putUint32 } from "../../core/flash/little-endian.ts";
import type { Flash } from "../../core/ports.ts";

/** Numbers that are reserved at once: flash is written once for this many sessions, and a start skips at most as many. */
const BLOCK = 256;
const RECORD_BYTES = 8;
const PAGES = 2;

/**
 * Numbers that this tag never uses twice, whenever the power fails. The flash holds a limit below which numbers may be in
 * use; it is written before the first of them is used. The two pages alternate, so that one is whole while the other is
 * written.
 */
export class SessionNumbers {
  private readonly flash: Flash;
  private readonly record: Uint8Array;
  private page: number;
  private following: number;
  private reserved: number;

  /** `flash` has two pages of 8 bytes or more, erased when the tag is new. */
  constructor(flash: Flash) {
    this.flash = flash;
    this.record = new Uint8Array(RECORD_BYTES);
    this.page = 0;
    this.reserved = 0;
    for (let page = 0; page < PAGES; page++) this.recall(page);
    this.following = this.reserved;
  }

  /** 0 to 4,294,967,295, each once: a tag that meets a gateway every second has them for a century. */
  next(): number {
    if (this.following === this.reserved) this.reserve();
    return this.following++;
  }

  private recall(page: number): void {
    this.flash.read(page, 0, this.record);
    const reserved = getUint32(this.record, 0);
    const isWhole = reserved === ~getUint32(this.record, 4) >>> 0;
    if (!isWhole || reserved < this.reserved) return;
    this.reserved = reserved;
    this.page = page;
  }

  private reserve(): void {
    const reserved = this.reserved + BLOCK;
    const page = (this.page + 1) % PAGES;
    putUint32(this.record, 0, reserved);
    putUint32(this.record, 4, ~reserved);
    this.flash.erase(page);
    this.flash.write(page, 0, this.record);
    this.reserved = reserved;
    this.page = page;
  }
}
