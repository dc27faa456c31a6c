import type { BangleSdk } from "../../bangle2/bangle-sdk.ts";

type Storage = BangleSdk["storage"];

/** Storage like Espruino's: a file is created with all bytes erased, and only erased bytes can be written. */
export class FakeStorage implements Storage {
  readonly files = new Map<string, Uint8Array>();
  /** Bytes that all files together may have. */
  room = 10_000_000;

  write(name: string, data: Uint8Array, offset: number, size: number): boolean {
    const file = this.files.get(name) ?? new Uint8Array(size).fill(255);
    if (!this.files.has(name) && this.files.size * size + size > this.room) return false;
    data.forEach((byte, i) => (file[offset + i]! &= byte));
    this.files.set(name, file);
    return true;
  }

  readArrayBuffer(name: string): ArrayBuffer | undefined {
    const file = this.files.get(name);
    return file === undefined ? undefined : Uint8Array.from(file).buffer;
  }

  readJSON(name: string): unknown {
    const file = this.files.get(name);
    return file === undefined ? undefined : JSON.parse(Buffer.from(file).toString());
  }

  erase(name: string): void {
    this.files.delete(name);
  }
}
