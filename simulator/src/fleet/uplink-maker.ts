import type { Uplink } from "@purrimeter/device/ports";
import type { TagId } from "@purrimeter/protocol/values";

/** Events of an uplink for the firmware. */
export interface UplinkListener {
  /** The session is established and the tag's topics are subscribed. */
  up(): void;
  down(): void;
  message(topic: string, bytes: Uint8Array): void;
}

/** An uplink that can be closed. */
export interface TagUplink extends Uplink {
  /** Ends the session at once; no events follow. */
  close(): void;
}

/** Makes a tag's uplink. There are no events before `connect` is called, or within that call. */
export type UplinkMaker = (tag: TagId, listener: UplinkListener) => TagUplink;
