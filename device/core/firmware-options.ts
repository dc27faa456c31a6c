import type { TagId } from "@purrimeter/protocol/values";

/** What a board knows of itself. */
export interface FirmwareOptions {
  readonly tag: TagId;
  /** Printable ASCII, at most MAX_FIRMWARE_LENGTH. */
  readonly firmware: string;
  /** 32 random bits: jitter, and the epoch of a new flash. A board hands in true randomness at every start. */
  readonly seed: number;
  /**
   * UTC seconds of the day that this firmware was built. The builds set it (boards/build-date.ts). A receiver that gives an
   * earlier date has rolled over its week counter (1,024 weeks); a date more than ten years later is not believed.
   */
  readonly builtAtS: number;
  /** How long an acknowledgement may take, 30,000 unless given; a simulator whose time runs fast gives more. */
  readonly ackTimeoutMs?: number;
  /**
   * A session ends when nothing was to be sent for so long, and stands again when something is: for boards that run on a
   * battery. It stands always unless given; commands and settings reach a tag only while it stands.
   */
  readonly lingerMs?: number;
}

/** Counts since the start of this program, but `pending`, which outlives it. */
export interface FirmwareStats {
  /** Fixes that went to the journal. */
  readonly fixes: number;
  /** Entries that the journal took, of all kinds. */
  readonly entries: number;
  /** Entries that the cloud said it has stored. */
  readonly acknowledged: number;
  readonly transitions: number;
  /** Entries that went out in a report again. */
  readonly resent: number;
  readonly reports: number;
  /** Entries in the journal that are not acknowledged yet. */
  readonly pending: number;
}
