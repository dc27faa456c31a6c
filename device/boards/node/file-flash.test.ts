import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeFlashContract } from "../../core/flash/flash.contract.ts";
import { Journal } from "../../core/journal/journal.ts";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FileFlash } from "./file-flash.ts";

describeFlashContract("FileFlash", () => {
  const folder = mkdtempSync(join(tmpdir(), "flash-"));
  const opened: FileFlash[] = [];
  const reopen = (): FileFlash => {
    const flash = new FileFlash(join(folder, "flash.bin"), 512, 4);
    opened.push(flash);
    return flash;
  };
  const dispose = (): void => {
    for (const flash of opened) flash.close();
    rmSync(folder, { recursive: true });
  };
  return { flash: reopen(), reopen, dispose };
});

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "flash-"))));
afterEach(() => rmSync(folder, { recursive: true }));

it("is a file that only its owner reads", () => {
  const path = join(folder, "flash.bin");
  new FileFlash(path, 512, 4).close();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(path).size).toBe(2_048);
});

it("whose making was cut is made whole, and one of another size is refused", () => {
  const path = join(folder, "flash.bin");
  const first = new FileFlash(path, 512, 4);
  first.write(0, 0, Uint8Array.of(1));
  first.close();
  truncateSync(path, 700);
  const second = new FileFlash(path, 512, 4);
  const into = new Uint8Array(512);
  second.read(0, 0, into);
  expect(into[0]).toBe(1);
  second.read(3, 0, into);
  expect(into.every((byte) => byte === 255)).toBe(true);
  second.close();
  writeFileSync(path, new Uint8Array(4_096));
  expect(() => new FileFlash(path, 512, 4)).toThrow("4096 bytes");
});

it("carries a journal over a restart", () => {
  const path = join(folder, "flash.bin");
  for (let start = 1; start <= 3; start++) {
    const flash = new FileFlash(path, 512, 6);
    const journal = new Journal(flash, 0, 6);
    journal.start(start);
    expect([journal.epoch, journal.boots]).toEqual([1, start]);
    expect(journal.appendHealth(1, 2)).toBe(start);
    flash.close();
  }
});
