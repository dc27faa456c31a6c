import type { AuditKeys } from "./audit-keys.ts";
import type { ReadCheckpoints } from "./checkpoint-file.ts";
import type { TrailHead } from "./checkpoint-signer.ts";
import { originOf, signCheckpoint, verifierKey } from "./checkpoint.ts";
import { inclusionProof } from "./merkle-tree.ts";
import type { Trail } from "./trail.ts";
import { textOfEntry } from "./trail-row.ts";

/** That a row is in the tree which a checkpoint signs; `audit/verify-proof.mjs` verifies it without anything else. */
export interface RowProof {
  readonly format: "purrimeter-audit-proof-1";
  /** Number of the row, from 1; its index in the tree is one less. */
  readonly row: number;
  /** The text whose hash is the leaf; null once it is older than the trail keeps contents. */
  readonly entry: string | null;
  /** Base64. */
  readonly leaf: string;
  /** Hashes of RFC 9162, section 2.1.3.1, from the leaf to the root; base64. */
  readonly hashes: readonly string[];
  /** Signed note. */
  readonly checkpoint: string;
  /** Verifier key of the note. */
  readonly key: string;
}

/** What proofs are made of. */
export interface ProveRowOptions {
  readonly trail: Trail;
  readonly keys: AuditKeys;
  /** Of the file beside the database. */
  readonly own: ReadCheckpoints;
}

/** The same for a row of a trail that is written now, under its signed head. */
export function proveUnderHead(
  { trail, keys }: Pick<ProveRowOptions, "trail" | "keys">,
  head: TrailHead | undefined,
  number: number,
): RowProof | "no-such-row" {
  const origin = originOf(trail.tree);
  const checkpoints = head === undefined ? [] : [{ origin, ...head }];
  return proveRow({ trail, keys, own: { checkpoints, unsigned: 0 } }, number);
}

/** Proves a row under the newest checkpoint of the file, or under a new one when none covers it yet. */
export function proveRow({ trail, keys, own }: ProveRowOptions, number: number): RowProof | "no-such-row" {
  const row = trail.row(number);
  if (row === undefined) return "no-such-row";
  const origin = originOf(trail.tree);
  const all = own.checkpoints.filter((one) => one.origin === origin && one.size >= number);
  const last = all.findLast(({ size }) => size <= trail.size());
  const size = last?.size ?? trail.size();
  const note = last?.note ?? signCheckpoint({ origin, size, root: trail.treeOf(size).root() }, keys.signing);
  const hashes = inclusionProof(number - 1, size, (subtree) => trail.hashOf(subtree));
  return {
    format: "purrimeter-audit-proof-1",
    row: number,
    entry: row.entry === undefined ? null : textOfEntry(row.entry),
    leaf: row.leaf.toString("base64"),
    hashes: hashes.map((hash) => hash.toString("base64")),
    checkpoint: note,
    key: verifierKey(origin, keys.verifying),
  };
}
