import type { Cancel, Time } from "@purrimeter/service/time";
import type { AuditKeys } from "./audit-keys.ts";
import { appendCheckpoint, readCheckpointFile } from "./checkpoint-file.ts";
import { originOf, signCheckpoint } from "./checkpoint.ts";
import type { Trail } from "./trail.ts";

/** A new row is under a checkpoint after this: less than the ten seconds that are promised. */
const SIGN_AFTER_MS = 5_000;

/** What a signer needs. */
export interface CheckpointSignerOptions {
  readonly trail: Trail;
  readonly keys: AuditKeys;
  /** See checkpointFileOf. */
  readonly path: string;
  readonly time: Time;
  /** Told when a checkpoint could not be written; it is tried again. */
  readonly failed: (error: unknown) => void;
}

/** Signs the tree soon after it has grown, in a file beside the database. Each process that appends rows has one. */
export class CheckpointSigner {
  readonly #options: CheckpointSignerOptions;
  #cancel: Cancel | undefined;
  #signed: number;

  constructor(options: CheckpointSignerOptions) {
    this.#options = options;
    this.#signed = readCheckpointFile(options.path, options.keys.verifying).checkpoints.at(-1)?.size ?? 0;
  }

  /** To be called after rows were committed, and once at the start: rows may be left from before. */
  grown(): void {
    this.#cancel ??= this.#options.time.after(SIGN_AFTER_MS, () => {
      this.#cancel = undefined;
      if (!this.sign()) this.grown();
    });
  }

  /** Signs now if there are rows that no checkpoint of this process covers; false when that failed. */
  sign(): boolean {
    const { trail, keys, path, failed } = this.#options;
    try {
      const size = trail.size();
      if (size === this.#signed) return true;
      const checkpoint = { origin: originOf(trail.tree), size, root: trail.treeOf(size).root() };
      appendCheckpoint(path, signCheckpoint(checkpoint, keys.signing));
      this.#signed = size;
      return true;
    } catch (error) {
      failed(error);
      return false;
    }
  }

  /** Signs what is left and ends. To be called before the database is closed. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.sign();
  }
}
