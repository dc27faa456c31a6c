import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TagId } from "@purrimeter/protocol/values";
import { createClaimCode } from "@purrimeter/store/claim-code";
import { openStore, type OpenStoreOptions, type Store } from "@purrimeter/store/open-store";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { openSealedKeyFile } from "@purrimeter/secrets/sealed-key-file";
import { utcNow } from "./open-test-source.ts";

export const OWNER = "ada" as OwnerId;

/** A store's files and keys, which outlive its being closed. */
export interface TestStore {
  readonly folder: string;
  readonly path: string;
  readonly keyRingPath: string;
  readonly databaseKey: Buffer;
  readonly keyRingKey: Buffer;
  readonly auditKey: Buffer;
  open(changes?: Partial<OpenStoreOptions>): Store;
  remove(): void;
}

export function createTestStore(): TestStore {
  const folder = mkdtempSync(join(tmpdir(), "bridge-store-"));
  const [databaseKey, keyRingKey, auditKey] = [randomBytes(32), randomBytes(32), randomBytes(32)];
  const [path, keyRingPath] = [join(folder, "locations.db"), join(folder, "owners.keys")];
  return {
    folder,
    path,
    keyRingPath,
    databaseKey,
    keyRingKey,
    auditKey,
    open: (changes = {}) => {
      const keyRing = openSealedKeyFile(keyRingPath, keyRingKey);
      const clocks = { now: utcNow, monotonicMs: () => performance.now() };
      return openStore({ path, databaseKey, keyRing, reserveBytes: 0, ...clocks, ...changes });
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Makes the tag known and OWNER's. */
export async function claimTag(store: Store, tag: TagId): Promise<void> {
  const code = createClaimCode();
  await store.registry.register(tag, code, utcNow());
  if ((await store.forOwner(OWNER).claim(code, tag)) === "wrong-code")
    throw new Error(`${tag} was not claimed`);
}
