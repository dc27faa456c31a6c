import { afterEach, describe, expect, it } from "vitest";
import type { Flash } from "../ports.ts";

/** A flash to test, how to look at the same cells as after a restart, and how to clean up. */
export interface FlashUnderTest {
  readonly flash: Flash;
  reopen(): Flash;
  dispose(): void;
}

/** What the journal and the settings rely on, whatever the flash is made of. */
export function describeFlashContract(name: string, make: () => FlashUnderTest): void {
  describe(`${name} as a flash`, () => {
    let made: FlashUnderTest | undefined;
    const open = (): FlashUnderTest => (made = make());
    afterEach(() => {
      made?.dispose();
      made = undefined;
    });

    it("reads erased bytes as 0xFF", () => {
      const { flash } = open();
      const into = new Uint8Array(flash.pageBytes);
      for (let page = 0; page < flash.pageCount; page++) {
        flash.read(page, 0, into);
        expect(into.every((byte) => byte === 255)).toBe(true);
      }
    });

    it("keeps what was written, byte for byte, and over a restart", () => {
      const under = open();
      const last = under.flash.pageCount - 1;
      under.flash.write(last, 3, Uint8Array.of(1, 2, 3));
      under.flash.write(last, 6, Uint8Array.of(4));
      const into = new Uint8Array(6);
      for (const flash of [under.flash, under.reopen()]) {
        flash.read(last, 2, into);
        expect([...into]).toEqual([255, 1, 2, 3, 4, 255]);
      }
    });

    it("writes to the end of a page and not into the next", () => {
      const { flash } = open();
      flash.write(0, flash.pageBytes - 2, Uint8Array.of(7, 8));
      const into = new Uint8Array(2);
      flash.read(1, 0, into);
      expect([...into]).toEqual([255, 255]);
      expect(() => flash.write(0, flash.pageBytes - 1, Uint8Array.of(7, 8))).toThrow();
      expect(() => flash.read(flash.pageCount, 0, into)).toThrow();
    });

    it("erases one page and lets it be written again", () => {
      const { flash } = open();
      flash.write(0, 0, Uint8Array.of(1));
      flash.write(1, 0, Uint8Array.of(2));
      flash.erase(0);
      const into = new Uint8Array(1);
      flash.read(0, 0, into);
      expect(into[0]).toBe(255);
      flash.write(0, 0, Uint8Array.of(3));
      flash.read(0, 0, into);
      expect(into[0]).toBe(3);
      flash.read(1, 0, into);
      expect(into[0]).toBe(2);
    });

    it("refuses to write a byte twice with another value", () => {
      const { flash } = open();
      flash.write(0, 0, Uint8Array.of(0xf0));
      expect(() => flash.write(0, 0, Uint8Array.of(0x0f))).toThrow(/not erased/);
    });
  });
}
