import type { Channel } from "@purrimeter/protocol/topics";
import type { TagId } from "@purrimeter/protocol/values";

/** Whether a tag may have a session. `unavailable`: it cannot be looked up now, and the tag may try again. */
export type Admission = "admitted" | "unknown" | "revoked" | "unavailable";

/** What the bridge does with what a source hands up. Bytes are valid until the returned promise settles. */
export interface ReportSink {
  /** Asked at every connect, and again while the session lasts: revocation ends a session. Cheap; never rejects. */
  admit(tag: TagId): Promise<Admission>;
  /**
   * One report. Resolves, after the commit, with the encoded acknowledgement; the source sends that to the tag.
   * Never rejects: a report that was not stored is answered too.
   */
  report(tag: TagId, bytes: Uint8Array): Promise<Uint8Array>;
  /** What the tag says of itself, also as its will. Resolves when it is recorded; never rejects. */
  status(tag: TagId, bytes: Uint8Array): Promise<void>;
  /** The tag has subscribed to this channel in its present session. */
  subscribed(tag: TagId, channel: Channel): void;
  /** Sessions of the tag's certificate were refused because there were too many. May come a thousand times a second. */
  crowded(tag: TagId): void;
  /** The tag's session has ended. */
  left(tag: TagId): void;
}

/**
 * Where reports come from: a broker in this process, or a foreign one that checks certificates itself.
 * Every adapter passes describeReportSourceContract.
 */
export interface ReportSource {
  /** Begins to take sessions and resolves with the port. Rejects when it cannot (port in use). */
  open(sink: ReportSink): Promise<{ readonly port: number }>;
  /** Hands a message down at QoS 1, not retained. False when the tag is not there or not subscribed to the channel. */
  send(tag: TagId, channel: "settings" | "command", bytes: Uint8Array): boolean;
  /** Ends every session of a tag that is unknown or revoked now. */
  expelRevoked(): Promise<void>;
  /** Takes nothing new, sends the acknowledgements of what is being stored, and ends all sessions. */
  close(): Promise<void>;
}
