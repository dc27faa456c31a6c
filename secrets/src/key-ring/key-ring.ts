/** A new key of 32 random bytes, and the same wrapped under the newest version of its owner's key. */
export interface WrappedKey {
  readonly key: Buffer;
  readonly wrapped: Buffer;
}

/**
 * The owners' keys, each under the id of its owner, outside the database and its backups. Asynchronous because a Vault Transit key is a network away.
 * A wrapped key carries the version of the owner's key that wrapped it. Whatever keeps the keys and cannot be reached
 * makes a rejection: it must never look like an owner who was erased.
 */
export interface KeyRing {
  /** What it is and where, for messages. Nothing of it is secret. */
  readonly place: string;
  /** Makes a key for the owner; nothing happens when there is one. */
  create(owner: string): Promise<void>;
  /** A new key for sealing. Never makes an owner's key: one that was destroyed stays so. */
  generate(owner: string): Promise<WrappedKey | "unknown-owner">;
  /** The 32 bytes again. `unreadable`: changed, of another owner, or under a version that is gone. */
  unwrap(owner: string, wrapped: Buffer): Promise<Buffer | "unknown-owner" | "unreadable">;
  /** The same key under the newest version; the key itself is not handed out. */
  rewrap(owner: string, wrapped: Buffer): Promise<Buffer | "unknown-owner" | "unreadable">;
  /** Adds a version; older ones still unwrap. */
  rotate(owner: string): Promise<"rotated" | "unknown-owner">;
  /** The newest version, from 1 on. */
  version(owner: string): Promise<number | "unknown-owner">;
  /** The version that a wrapped key is under; undefined when it is none. Says nothing of whether it opens. */
  versionOf(wrapped: Buffer): number | undefined;
  /** All owners with a key, in no order. */
  owners(): Promise<string[]>;
  /**
   * Destroys all versions: what they wrapped is lost, in backups too. A tombstone stays, also of an owner who had no key:
   * it says that the key was destroyed on purpose and is not missing. Owners' ids are random, so it names no person.
   */
  destroy(owner: string): Promise<void>;
  /** Whether the owner's key was destroyed and none was made since. */
  isErased(owner: string): Promise<boolean>;
  /** All owners whose keys were destroyed and not made since, in no order. */
  erased(): Promise<string[]>;
  /**
   * Whose keys these are: of this installation, of another one, or nobody has said yet. A Vault never says: its policies
   * name whole mounts, and a mount is for one installation.
   */
  belongsTo(installation: string): Promise<"this" | "another" | "unsaid">;
  /** Says whose keys these are. Does nothing when that was said before. */
  bind(installation: string): Promise<void>;
}
