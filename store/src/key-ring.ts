import type { OwnerId } from "./owner-view.ts";

/**
 * The owners' keys, outside the database and its backups. Asynchronous because a Vault Transit key is a network away.
 * A wrapped key carries the version of the owner's key that wrapped it.
 */
export interface KeyRing {
  /** Makes a key for the owner; nothing happens when there is one. */
  create(owner: OwnerId): Promise<void>;
  /** Wraps 32 bytes under the newest version of the owner's key. */
  wrap(owner: OwnerId, key: Buffer): Promise<Buffer | "unknown-owner">;
  /** The 32 bytes again. `unreadable`: changed, of another owner, or under a version that is gone. */
  unwrap(owner: OwnerId, wrapped: Buffer): Promise<Buffer | "unknown-owner" | "unreadable">;
  /** Adds a version; older ones still unwrap. */
  rotate(owner: OwnerId): Promise<"rotated" | "unknown-owner">;
  /** Destroys all versions: what they wrapped is lost, in backups too. */
  destroy(owner: OwnerId): Promise<void>;
}
