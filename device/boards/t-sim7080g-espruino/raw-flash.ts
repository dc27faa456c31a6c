import { assertErased, assertInPage } from "../../core/flash/flash-assertions.ts";
import type { Flash } from "../../core/ports.ts";

/** What this uses of Espruino's `require("Flash")`. */
export interface FlashModule {
  read(length: number, address: number): Uint8Array;
  write(bytes: Uint8Array, address: number): void;
  /** Erases the page that contains that address. */
  erasePage(address: number): void;
}

/** Pages of the chip's flash that nothing else uses. Unlike files of Storage they need no compaction. */
export class RawFlash implements Flash {
  readonly pageBytes: number;
  readonly pageCount: number;
  private readonly flash: FlashModule;
  private readonly address: number;

  /** `address` is that of the first page. */
  constructor(flash: FlashModule, address: number, pageBytes: number, pageCount: number) {
    this.flash = flash;
    this.address = address;
    this.pageBytes = pageBytes;
    this.pageCount = pageCount;
  }

  read(page: number, offset: number, into: Uint8Array): void {
    const at = this.addressOf(page, offset, into.length);
    if (into.length > 0) into.set(this.flash.read(into.length, at));
  }

  write(page: number, offset: number, bytes: Uint8Array): void {
    const at = this.addressOf(page, offset, bytes.length);
    if (bytes.length === 0) return;
    assertErased(this.flash.read(bytes.length, at), bytes, page, offset);
    this.flash.write(bytes, at);
  }

  erase(page: number): void {
    this.flash.erasePage(this.addressOf(page, 0, 0));
  }

  private addressOf(page: number, offset: number, length: number): number {
    assertInPage(this, page, offset, length);
    return this.address + page * this.pageBytes + offset;
  }
}
