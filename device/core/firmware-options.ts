import type { TagId } from "@purrimeter/protocol/values";

/** What a board tells its firmware. */
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
   * A session ends after this time without anything to send, and is opened again when there is something: for boards that
   * run on a battery. Without it there is always a session. Commands and settings reach a tag only during a session.
   */
  readonly idleTimeoutMs?: number;
}

/** Counts since the start of this program, except `pending`, which is kept in flash. */
export interface FirmwareStats {
  /** Fixes added to the journal. */
  readonly fixes: number;
  /** Entries of all kinds added to the journal. */
  readonly entries: number;
  /** Entries that the cloud acknowledged as stored. */
  readonly acknowledged: number;
  readonly transitions: number;
  /** Entries that were sent again in another report. */
  readonly resent: number;
  readonly reports: number;
  /** Entries in the journal that are not acknowledged yet. */
  readonly pending: number;
}
