import { AuditKeys } from "@purrimeter/audit/audit-keys";
import { checkpointFileOf } from "@purrimeter/audit/checkpoint-file";
import { CheckpointSigner } from "@purrimeter/audit/checkpoint-signer";
import { Trail } from "@purrimeter/audit/trail";
import { TrailNames } from "@purrimeter/audit/trail-names";
import type { Database } from "@purrimeter/database/open-database";
import type { Time } from "@purrimeter/service/time";
import { takeOverChain } from "./take-over-chain.ts";

/** Name of the tree of accounts. */
const ACCOUNTS_TREE = "accounts";

/** What a trail is opened with. */
export interface OpenTrailOptions {
  readonly database: Database;
  /** 32 bytes, secret `audit-key`. */
  readonly auditKey: Uint8Array;
  readonly time: Time;
  readonly failed: (error: unknown) => void;
}

/** The parts of the trail of accounts. */
export interface OpenTrail {
  readonly trail: Trail;
  readonly names: TrailNames;
  readonly signer: CheckpointSigner;
  readonly auditKeys: AuditKeys;
}

/** Opens the trail of the accounts' database, and takes over the chain of an earlier version. */
export function openTrail({ database, auditKey, time, failed }: OpenTrailOptions): OpenTrail {
  const auditKeys = new AuditKeys(auditKey);
  const trail = new Trail({ database, tree: ACCOUNTS_TREE, keys: auditKeys });
  const names = new TrailNames(database);
  takeOverChain(database, trail, names);
  const path = checkpointFileOf(database.name);
  const signer = new CheckpointSigner({ trail, keys: auditKeys, path, time, failed });
  return { trail, names, signer, auditKeys };
}
