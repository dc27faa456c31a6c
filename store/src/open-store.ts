import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { KeyRing } from "./key-ring.ts";
import type { OwnerId, OwnerView } from "./owner-view.ts";
import type { ReportStore, Retention } from "./report-store.ts";
import type { TagRegistry } from "./tag-registry.ts";

export interface OpenStoreOptions {
  /** Path of the database file; its folder must exist. */
  readonly path: string;
  /** 32 bytes, secret `database-key`. */
  readonly databaseKey: Buffer;
  readonly keyRing: KeyRing;
  readonly now: () => UnixSeconds;
  readonly monotonicMs: () => number;
  /** Less free space than this and nothing is accepted; 32 MiB by default. */
  readonly minFreeBytes?: number;
  /** File that is given up on a full disk so that deleting still works; 8 MiB by default, 0 for none. */
  readonly reserveBytes?: number;
}

/** One database of locations, with one object for each kind of user. */
export interface Store {
  readonly reports: ReportStore;
  readonly registry: TagRegistry;
  readonly retention: Retention;
  forOwner(owner: OwnerId): OwnerView;
  /** Commits what waits, then closes. */
  close(): Promise<void>;
}

/** Opens or creates the store. Throws OpenDatabaseError (wrong key, newer schema). */
export declare function openStore(options: OpenStoreOptions): Store;
