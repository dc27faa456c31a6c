import type { Cancel, Time } from "@purrimeter/service/time";
import type { AuditKeys } from "./audit-keys.ts";
import { appendCheckpoint, newestCheckpoint } from "./checkpoint-file.ts";
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

/** What was signed last of a tree. */
export interface TrailHead {
  readonly size: number;
  readonly root: Buffer;
  /** Signed note (C2SP tlog-checkpoint): what is to be kept elsewhere. */
  readonly note: string;
}

/** Signs the tree soon after it has grown, in a file beside the database. Each process that appends rows has one. */
export class CheckpointSigner {
  readonly #options: CheckpointSignerOptions;
  readonly #origin: string;
  #cancel: Cancel | undefined;
  #newest: TrailHead | undefined;

  constructor(options: CheckpointSignerOptions) {
    this.#options = options;
    this.#origin = originOf(options.trail.tree);
    const newest = newestCheckpoint(options.path, options.keys.verifying);
    if (newest?.origin === this.#origin) this.#newest = newest;
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
      if (size === (this.#newest?.size ?? 0)) return true;
      const root = trail.treeOf(size).root();
      const note = signCheckpoint({ origin: this.#origin, size, root }, keys.signing);
      appendCheckpoint(path, note);
      this.#newest = { size, root, note };
      return true;
    } catch (error) {
      failed(error);
      return false;
    }
  }

  /** The head of the tree as it is now, signed; undefined when there is no row, or it cannot be signed. */
  head(): TrailHead | undefined {
    return this.sign() ? this.#newest : undefined;
  }

  /** Signs what is left and ends. To be called before the database is closed. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.sign();
  }
}
