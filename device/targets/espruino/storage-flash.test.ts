import { describeFlashContract } from "@purrimeter/device/flash.contract";
import { describe, expect, it } from "vitest";
import { StorageFlash, type Storage } from "./storage-flash.ts";

/** Storage as Espruino's: a file is made whole and erased, and written into its erased bytes. */
class FakeStorage implements Storage {
  readonly files = new Map<string, Uint8Array>();
  room = 1_000;

  write(name: string, data: Uint8Array, offset: number, size: number): boolean {
    const file = this.files.get(name) ?? new Uint8Array(size).fill(255);
    if (!this.files.has(name) && this.files.size * size + size > this.room) return false;
    data.forEach((byte, i) => (file[offset + i]! &= byte));
    this.files.set(name, file);
    return true;
  }

  readArrayBuffer(name: string): ArrayBuffer | undefined {
    return this.files.get(name)?.slice().buffer;
  }

  erase(name: string): void {
    this.files.delete(name);
  }
}

describeFlashContract("Espruino's Storage", () => {
  const storage = new FakeStorage();
  const open = (): StorageFlash => new StorageFlash(storage, "pm.", 64, 4);
  return { flash: open(), reopen: open, dispose: () => undefined };
});

describe("Espruino's Storage as a flash", () => {
  it("says so when there is no room", () => {
    const storage = new FakeStorage();
    storage.room = 64;
    const flash = new StorageFlash(storage, "pm.", 64, 4);
    flash.write(0, 0, Uint8Array.of(1));
    expect(() => flash.write(1, 0, Uint8Array.of(1))).toThrow(/no room/);
  });
});
