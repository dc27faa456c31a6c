import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { storageFaultOf } from "./storage-fault.ts";

export interface DiskSpaceOptions {
  readonly databasePath: string;
  readonly minFreeBytes: number;
  readonly reserveBytes: number;
  readonly monotonicMs: () => number;
}

/** How often free space is looked at, and how long after a full disk writing is tried again. */
const LOOK_MS = 1_000;

/**
 * Watches the room on the disk. A full disk also stops SQLite from deleting, so a reserve file is held and given up
 * when it comes to that; it is taken back when there is room for it again.
 */
export class DiskSpace {
  readonly #options: DiskSpaceOptions;
  readonly #reservePath: string;
  #lookAtMs = -Infinity;
  #hasSpace = true;
  #reserved = false;

  constructor(options: DiskSpaceOptions) {
    this.#options = options;
    this.#reservePath = `${options.databasePath}.reserve`;
  }

  /** Whether to write now. Costs a comparison most of the time. */
  hasSpace(): boolean {
    const nowMs = this.#options.monotonicMs();
    if (nowMs < this.#lookAtMs) return this.#hasSpace;
    this.#lookAtMs = nowMs + LOOK_MS;
    this.#hasSpace = this.#freeBytes() >= this.#options.minFreeBytes;
    if (this.#hasSpace) this.#takeReserve();
    return this.#hasSpace;
  }

  /** A write was refused: nothing is accepted for a second, and the reserve makes room for deleting. */
  ranOut(): void {
    this.#hasSpace = false;
    this.#lookAtMs = this.#options.monotonicMs() + LOOK_MS;
    rmSync(this.#reservePath, { force: true });
    this.#reserved = false;
  }

  #freeBytes(): number {
    const { bavail, bsize } = statfsSync(dirname(this.#options.databasePath));
    return bavail * bsize;
  }

  #takeReserve(): void {
    const { reserveBytes, minFreeBytes } = this.#options;
    if (this.#reserved || reserveBytes === 0) return;
    if (statSync(this.#reservePath, { throwIfNoEntry: false })?.size === reserveBytes) {
      this.#reserved = true;
      return;
    }
    if (this.#freeBytes() >= minFreeBytes + 2 * reserveBytes)
      this.#reserved = this.#writeReserve(reserveBytes);
  }

  /** Written, not truncated to length: a sparse file holds no blocks. */
  #writeReserve(bytes: number): boolean {
    const file = openSync(this.#reservePath, "w", 0o600);
    try {
      const block = Buffer.alloc(65_536);
      for (let done = 0; done < bytes; done += block.length) writeSync(file, block);
      ftruncateSync(file, bytes);
      fsyncSync(file);
      return true;
    } catch (error) {
      if (storageFaultOf(error) === undefined) throw error;
      rmSync(this.#reservePath, { force: true });
      return false;
    } finally {
      closeSync(file);
    }
  }
}
