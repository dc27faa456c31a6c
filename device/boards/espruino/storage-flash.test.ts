import { describeFlashContract } from "../../core/flash/flash.contract.ts";
import { describe, expect, it } from "vitest";
import { StorageFlash } from "./storage-flash.ts";
import { FakeStorage } from "./testing/fake-storage.ts";

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
