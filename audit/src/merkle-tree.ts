import { createHash } from "node:crypto";

/** Bytes of a hash, SHA-256. */
export const HASH_BYTES = 32;

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/** Hash of a leaf (RFC 9162, section 2.1.1). */
export function leafHash(data: Uint8Array): Buffer {
  return createHash("sha256").update(LEAF).update(data).digest();
}

/** Hash of the node over two subtrees (RFC 9162, section 2.1.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash("sha256").update(NODE).update(left).update(right).digest();
}

/** A whole subtree: 2^level leaves, of which the first is at `index` * 2^level. */
export interface Subtree {
  readonly level: number;
  readonly index: number;
}

/** Gives the hash of a whole subtree that is in the tree. */
export type HashOfSubtree = (subtree: Subtree) => Buffer;

/** The whole subtrees that a tree of `size` leaves consists of, largest first. */
export function subtreesOf(size: number): Subtree[] {
  const subtrees: Subtree[] = [];
  let start = 0;
  for (let level = Math.floor(Math.log2(size)); size > start; level--) {
    const leaves = 2 ** level;
    if (size - start < leaves) continue;
    subtrees.push({ level, index: start / leaves });
    start += leaves;
  }
  return subtrees;
}

/** Root of no leaves. */
const EMPTY_ROOT = createHash("sha256").digest();

/** A growing tree of which only the hashes of its whole subtrees are kept: a few dozen at most. */
export class GrowingTree {
  readonly #hashes: Buffer[];
  #size: number;

  /** `hashes`: of the subtrees in subtreesOf(size). */
  constructor(size = 0, hashes: readonly Buffer[] = []) {
    this.#size = size;
    this.#hashes = [...hashes];
  }

  get size(): number {
    return this.#size;
  }

  /** Appends a leaf; gives the hashes of the subtrees that it completes, from level 1 on. */
  push(leaf: Buffer): Buffer[] {
    const completed: Buffer[] = [];
    let hash = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      hash = nodeHash(this.#hashes.pop() as Buffer, hash);
      completed.push(hash);
    }
    this.#hashes.push(hash);
    this.#size++;
    return completed;
  }

  root(): Buffer {
    return (
      this.#hashes.reduceRight<Buffer | undefined>(
        (right, left) => (right === undefined ? left : nodeHash(left, right)),
        undefined,
      ) ?? EMPTY_ROOT
    );
  }
}

/** Largest power of two below `size`, which is 2 or more. */
function splitOf(size: number): number {
  let half = 1;
  while (half * 2 < size) half *= 2;
  return half;
}

/** Hash of the leaves from `start`, which is where a subtree of the tree begins. */
function hashOfRange(start: number, size: number, hashOf: HashOfSubtree): Buffer {
  const level = Math.log2(size);
  if (Number.isInteger(level)) return hashOf({ level, index: start / size });
  const half = splitOf(size);
  return nodeHash(hashOfRange(start, half, hashOf), hashOfRange(start + half, size - half, hashOf));
}

/** Inclusion proof of the leaf at `index` (from 0) in the tree of `size` leaves (RFC 9162, section 2.1.3.1). */
export function inclusionProof(index: number, size: number, hashOf: HashOfSubtree): Buffer[] {
  const proof: Buffer[] = [];
  let [start, leaves] = [0, size];
  while (leaves > 1) {
    const half = splitOf(leaves);
    const isLeft = index < start + half;
    proof.push(isLeft ? hashOfRange(start + half, leaves - half, hashOf) : hashOfRange(start, half, hashOf));
    if (!isLeft) start += half;
    leaves = isLeft ? half : leaves - half;
  }
  return proof.reverse();
}
