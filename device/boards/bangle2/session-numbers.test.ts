import { RamFlash } from "../../core/flash/ram-flash.ts";
import { expect, it } from "vitest";
import { SessionNumbers } from "./session-numbers.ts";

function take(flash: RamFlash, count: number, into: Set<number>): void {
  const numbers = new SessionNumbers(flash);
  for (let i = 0; i < count; i++) {
    const number = numbers.next();
    if (into.has(number)) throw new Error(`${number} was given before`);
    into.add(number);
  }
}

it("gives no number twice over a hundred starts", () => {
  const flash = new RamFlash(8, 2);
  const given = new Set<number>();
  for (let start = 0; start < 100; start++) take(flash, start * 7, given);
  expect(given.size).toBe((99 * 100 * 7) / 2);
});

it.each([0, 0x5a, 0xff])(
  "gives no number twice when the power goes at any byte of a write (torn bits %i)",
  (torn) => {
    for (let cut = 0; cut < 64; cut++) {
      const flash = new RamFlash(8, 2);
      const given = new Set<number>();
      flash.cutAfter(cut, torn);
      for (let start = 0; start < 4; start++) {
        try {
          take(flash, 300, given);
        } catch (error) {
          if (!flash.isCut) throw error;
          flash.restorePower();
        }
      }
      take(flash, 600, given);
      expect(given.size).toBeGreaterThan(600);
    }
  },
);

it("wears the flash once in 256 sessions", () => {
  const flash = new RamFlash(8, 2);
  take(flash, 2_560, new Set());
  expect(flash.erasures[0]! + flash.erasures[1]!).toBe(10);
});
