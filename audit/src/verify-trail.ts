import type { AuditKeys } from "./audit-keys.ts";
import type { ReadCheckpoints } from "./checkpoint-file.ts";
import { originOf, type Checkpoint } from "./checkpoint.ts";
import { GrowingTree } from "./merkle-tree.ts";
import { PRUNED, type Trail } from "./trail.ts";
import { leafOfEntry, type TrailRow } from "./trail-row.ts";

/** Why a trail is not intact. */
export type TrailFault =
  /** The row does not have the hash of what it says, or its hashes are not those of the tree. */
  | "changed"
  /** The row was not written with the installation's key. */
  | "forged"
  /** Rows before this number were taken out. */
  | "missing"
  /** Rows from this number on, which were given, were taken out. */
  | "end-missing"
  /** What the row said was deleted, and the trail does not say that it was. */
  | "content-missing"
  /** The tree is not the one that was signed. */
  | "not-as-signed"
  /** A signed tree is larger than this one: rows were taken out, or an older copy of the database was put back. */
  | "rolled-back"
  /** A checkpoint is not signed with the installation's key, or there is none. */
  | "unsigned-checkpoint"
  /** Rows of an earlier version's chain, which was broken when it was taken over. */
  | "earlier-chain-broken";

/** What a trail is, or the number of the first row that is not as it was written. */
export type VerifiedTrail =
  | {
      readonly intact: true;
      readonly rows: number;
      /** Root of the tree, base64. */
      readonly root: string;
      /** Rows that a checkpoint of the file beside the database covers. */
      readonly signed: number;
    }
  | { readonly intact: false; readonly brokenAt: number; readonly fault: TrailFault };

/** The event of the row that says that an earlier version's chain was broken. */
export const BROKEN_CHAIN = "trail.earlier-chain-broken";

/** What a trail is compared with. */
export interface VerifyTrailOptions {
  readonly trail: Trail;
  readonly keys: AuditKeys;
  /** Of the file beside the database. */
  readonly own: ReadCheckpoints;
  /** Of files that were kept elsewhere; those of other trees are passed over. */
  readonly kept?: ReadCheckpoints | undefined;
}

interface Broken {
  readonly intact: false;
  readonly brokenAt: number;
  readonly fault: TrailFault;
}

function broken(brokenAt: number, fault: TrailFault): Broken {
  return { intact: false, brokenAt, fault };
}

/** Reads the whole trail and compares it with itself, with the key and with what was signed. Changes nothing. */
export function verifyTrail({ trail, keys, own, kept }: VerifyTrailOptions): VerifiedTrail {
  const origin = originOf(trail.tree);
  const all = [...own.checkpoints, ...(kept?.checkpoints ?? [])].filter((one) => one.origin === origin);
  const walk = new Walk(trail.tree, keys, all);
  for (const row of trail.rows()) {
    const fault = walk.step(row);
    if (fault !== undefined) return fault;
  }
  const fault = walk.end(trail.highestNumber());
  if (fault !== undefined) return fault;
  if (own.unsigned + (kept?.unsigned ?? 0) > 0) return broken(walk.rows, "unsigned-checkpoint");
  const signed = own.checkpoints.reduce((most, { size }) => Math.max(most, size), 0);
  return { intact: true, rows: walk.rows, root: walk.root, signed };
}

/** Rows that are verified at once: some milliseconds. */
const ROWS_AT_ONCE = 500;

/**
 * As verifyTrail with the checkpoints of the file beside the database, a few hundred rows at a time, while rows are appended and
 * requests are answered between. `pause` gives true to go on. Undefined when it was broken off.
 */
export async function verifyTrailInTurns(
  { trail, keys, own }: Pick<VerifyTrailOptions, "keys" | "own" | "trail">,
  pause: () => Promise<boolean>,
): Promise<VerifiedTrail | undefined> {
  const origin = originOf(trail.tree);
  const signed = own.checkpoints.filter((one) => one.origin === origin);
  const walk = new Walk(trail.tree, keys, signed);
  const next = (): TrailRow[] => trail.read({ after: walk.rows, limit: ROWS_AT_ONCE });
  for (let rows = next(); rows.length > 0 || walk.rows < trail.highestNumber(); rows = next()) {
    // Rows may have come between the two questions: only then is it no gap at the end.
    if (rows.length === 0 && trail.size() === walk.rows) break;
    for (const row of rows) {
      const fault = walk.step(row);
      if (fault !== undefined) return fault;
    }
    if (!(await pause())) return undefined;
  }
  const fault = walk.end(trail.highestNumber());
  if (fault !== undefined) return fault;
  if (own.unsigned > 0) return broken(walk.rows, "unsigned-checkpoint");
  const most = signed.reduce((size, one) => Math.max(size, one.size), 0);
  return { intact: true, rows: walk.rows, root: walk.root, signed: most };
}

class Walk {
  readonly #name: string;
  readonly #keys: AuditKeys;
  readonly #tree = new GrowingTree();
  readonly #signed: readonly Checkpoint[];
  #next = 0;
  #firstWith: number | undefined;
  #prunedThrough = 0;
  #brokenChain: number | undefined;

  constructor(name: string, keys: AuditKeys, checkpoints: readonly Checkpoint[]) {
    this.#name = name;
    this.#keys = keys;
    this.#signed = checkpoints.toSorted((a, b) => a.size - b.size);
  }

  get rows(): number {
    return this.#tree.size;
  }

  get root(): string {
    return this.#tree.root().toString("base64");
  }

  step(row: TrailRow): Broken | undefined {
    const { number, entry, leaf, nodes, mac } = row;
    if (number !== this.rows + 1) return broken(number, "missing");
    if (entry !== undefined && !leafOfEntry(entry).equals(leaf)) return broken(number, "changed");
    if (!this.#keys.macOf(this.#name, number, leaf).equals(mac)) return broken(number, "forged");
    if (!Buffer.concat(this.#tree.push(leaf)).equals(nodes)) return broken(number, "changed");
    const fault = this.#seen(row);
    return fault ?? this.#compare();
  }

  /** Contents are deleted from the old end only. */
  #seen({ number, entry }: TrailRow): Broken | undefined {
    if (entry === undefined)
      return this.#firstWith === undefined ? undefined : broken(number, "content-missing");
    this.#firstWith ??= number;
    if (entry.event === PRUNED) this.#prunedThrough = Math.max(this.#prunedThrough, entry.count);
    if (entry.event === BROKEN_CHAIN) this.#brokenChain ??= number;
    return undefined;
  }

  #compare(): Broken | undefined {
    for (let one = this.#signed[this.#next]; one !== undefined && one.size <= this.rows;) {
      if (one.size === this.rows && !one.root.equals(this.#tree.root()))
        return broken(one.size, "not-as-signed");
      one = this.#signed[++this.#next];
    }
    return undefined;
  }

  end(highest: number): Broken | undefined {
    const withoutContent = (this.#firstWith ?? this.rows + 1) - 1;
    if (this.rows < highest) return broken(this.rows + 1, "end-missing");
    if (this.#signed[this.#next] !== undefined) return broken(this.rows + 1, "rolled-back");
    if (withoutContent > this.#prunedThrough) return broken(this.#prunedThrough + 1, "content-missing");
    if (this.#brokenChain !== undefined) return broken(this.#brokenChain, "earlier-chain-broken");
    return undefined;
  }
}
