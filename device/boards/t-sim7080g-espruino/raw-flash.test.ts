import { describeFlashContract } from "../../core/flash/flash.contract.ts";
import { expect, it } from "vitest";
import { RawFlash, type FlashModule } from "./raw-flash.ts";

const ADDRESS = 0x1000;
const PAGE_BYTES = 64;
const PAGES = 4;

/** NOR flash of which only these pages may be touched. */
class Chip implements FlashModule {
  readonly cells = new Uint8Array(0x2000).fill(255);

  read(length: number, address: number): Uint8Array {
    this.assertOurs(address, length);
    return this.cells.slice(address, address + length);
  }

  write(bytes: Uint8Array, address: number): void {
    this.assertOurs(address, bytes.length);
    bytes.forEach((byte, i) => (this.cells[address + i]! &= byte));
  }

  erasePage(address: number): void {
    this.assertOurs(address, PAGE_BYTES);
    this.cells.fill(255, address, address + PAGE_BYTES);
  }

  private assertOurs(address: number, length: number): void {
    expect(address).toBeGreaterThanOrEqual(ADDRESS);
    expect(address + length).toBeLessThanOrEqual(ADDRESS + PAGES * PAGE_BYTES);
  }
}

describeFlashContract("Espruino's Flash", () => {
  const chip = new Chip();
  const open = (): RawFlash => new RawFlash(chip, ADDRESS, PAGE_BYTES, PAGES);
  return { flash: open(), reopen: open, dispose: () => undefined };
});

it("refuses to write over what is written: cells would take the bits that both have", () => {
  const flash = new RawFlash(new Chip(), ADDRESS, PAGE_BYTES, PAGES);
  flash.write(1, 0, Uint8Array.of(0x0f));
  expect(() => flash.write(1, 0, Uint8Array.of(0xf0))).toThrow(/byte 0 of page 1/);
});
