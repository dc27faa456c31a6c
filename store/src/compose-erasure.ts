import { Untelling } from "./alerts/untelling.ts";
import type { StoreTrail } from "./audit/store-trail.ts";
import { listErasure, type ListedErasure } from "./erasure/erasure-list.ts";
import type { AccountExports } from "./export/account-exports.ts";
import { OwnerErasure } from "./erasure/erase-owner.ts";
import type { RowDeletion } from "./erasure/row-deletion.ts";
import type { KeyCache } from "./sealing/key-cache.ts";
import type { Database } from "@purrimeter/database/open-database";
import type { OwnerId } from "./reading/owner-id.ts";
import type { TagSettings } from "./tags/tag-settings.ts";
import type { WalCheckpoint } from "@purrimeter/database/wal-checkpoint";
import type { WriteTransaction } from "@purrimeter/database/write-transaction";
import type { KeyRing } from "@purrimeter/secrets/key-ring";
import type { UnixSeconds } from "@purrimeter/protocol/values";

/** What adds erased owners to the list, where there is one. */
function listingIn(path: string | undefined): (erasure: ListedErasure) => void {
  return path === undefined ? () => undefined : (erasure) => listErasure(path, erasure);
}

/** What changes rows, and what says so. */
export interface Writing {
  readonly writes: WriteTransaction;
  readonly erasing: RowDeletion;
  readonly trail: StoreTrail;
  readonly wal: WalCheckpoint;
  readonly exports: AccountExports;
}

/** As in OpenStoreOptions. */
interface ErasureOptions {
  readonly keyRing: KeyRing;
  readonly now: () => UnixSeconds;
  readonly erasureList?: string | undefined;
}

/** What erases owners. */
export function composeErasure(
  database: Database,
  { keyRing, now, erasureList }: ErasureOptions,
  keys: KeyCache,
  settings: TagSettings,
  { writes, erasing, trail, exports }: Writing,
): OwnerErasure {
  const onErase = listingIn(erasureList);
  const eraseExports = (owner: OwnerId): void => {
    exports.eraseFiles(owner);
  };
  return new OwnerErasure({
    ...{ database, keyRing, keys, writes, erasing, settings, now, onErase, trail, eraseExports },
    untelling: new Untelling(database),
  });
}
