import type { Uplink } from "@purrimeter/device/ports";
import type { TagId } from "@purrimeter/protocol/values";

/** Whom an uplink tells what happens: the firmware's part in it. */
export interface UplinkListener {
  /** The session stands and the tag's topics are subscribed. */
  up(): void;
  down(): void;
  message(topic: string, bytes: Uint8Array): void;
}

/** An uplink that can be given up for good. */
export interface TagUplink extends Uplink {
  /** Ends the session at once; nothing is told to the listener afterwards. */
  close(): void;
}

/** Makes a tag's uplink. Nothing is told to the listener before `connect` was called, nor within that call. */
export type UplinkMaker = (tag: TagId, listener: UplinkListener) => TagUplink;
