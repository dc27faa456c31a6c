import { expect, it } from "vitest";
import { describeFlashContract } from "./flash.contract.ts";
import { RamFlash } from "./ram-flash.ts";

describeFlashContract("RamFlash", () => {
  const flash = new RamFlash(256, 4);
  return { flash, reopen: () => flash, dispose: () => undefined };
});

const read = (flash: RamFlash, page: number, length: number): number[] => {
  const into = new Uint8Array(length);
  flash.read(page, 0, into);
  return [...into];
};

it("stops a write at the byte of the cut, and writes nothing more until the power is back", () => {
  const flash = new RamFlash(16, 2);
  flash.cutAfter(2);
  expect(() => flash.write(0, 0, Uint8Array.of(1, 2, 3, 4))).toThrow("power cut");
  expect(() => flash.write(1, 0, Uint8Array.of(1))).toThrow("power cut");
  expect(() => flash.erase(0)).toThrow("power cut");
  flash.restorePower();
  expect(read(flash, 0, 4)).toEqual([1, 2, 255, 255]);
  expect(read(flash, 1, 1)).toEqual([255]);
});

it("leaves the byte at the cut half programmed when asked to", () => {
  const flash = new RamFlash(16, 1);
  flash.cutAfter(1, 0xf0);
  expect(() => flash.write(0, 0, Uint8Array.of(0, 0, 0))).toThrow("power cut");
  expect(read(flash, 0, 3)).toEqual([0, 0xf0, 255]);
});

it("stops an erasure in the middle of the page", () => {
  const flash = new RamFlash(4, 1);
  flash.write(0, 0, Uint8Array.of(1, 2, 3, 4));
  flash.cutAfter(2);
  expect(() => flash.erase(0)).toThrow("power cut");
  expect(read(flash, 0, 4)).toEqual([255, 255, 3, 4]);
});

it("turns single bits over and counts erasures", () => {
  const flash = new RamFlash(4, 2);
  flash.flipBit(0, 1, 3);
  expect(read(flash, 0, 2)).toEqual([255, 0xf7]);
  flash.erase(0);
  expect([...flash.erasures]).toEqual([1, 0]);
  expect(read(flash, 0, 2)).toEqual([255, 255]);
});
