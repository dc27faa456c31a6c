import fc from "fast-check";
import { expect, test } from "vitest";
import { GrowingTree, inclusionProof, leafHash, nodeHash, subtreesOf, type Subtree } from "./merkle-tree.ts";

/** MTH of RFC 9162, section 2.1.1, as it is written there. */
function rootByDefinition(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0] as Buffer;
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return nodeHash(rootByDefinition(leaves.slice(0, half)), rootByDefinition(leaves.slice(half)));
}

/** Verification of RFC 9162, section 2.1.3.2. */
function isIncluded(
  leaf: Buffer,
  index: number,
  size: number,
  proof: readonly Buffer[],
  root: Buffer,
): boolean {
  let [fn, sn, hash] = [index, size - 1, leaf];
  for (const other of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(other, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1];
    } else hash = nodeHash(hash, other);
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  return sn === 0 && hash.equals(root);
}

const leavesOf = (size: number): Buffer[] =>
  Array.from({ length: size }, (_, i) => leafHash(Buffer.from([i, i >> 8])));

test("the empty tree and one empty leaf have the hashes that RFC 9162 and certificate transparency give", () => {
  expect(new GrowingTree().root().toString("hex")).toBe(
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
  expect(leafHash(Buffer.alloc(0)).toString("hex")).toBe(
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  );
});

test("a tree that grows leaf by leaf has the root of the definition, and each leaf its proof", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (size, pick) => {
      const leaves = leavesOf(size);
      const tree = new GrowingTree();
      for (const leaf of leaves) tree.push(leaf);
      const root = rootByDefinition(leaves);
      expect(tree.root()).toEqual(root);
      const hashOf = ({ level, index }: Subtree): Buffer =>
        rootByDefinition(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
      const index = pick % size;
      const proof = inclusionProof(index, size, hashOf);
      expect(isIncluded(leaves[index] as Buffer, index, size, proof, root)).toBe(true);
      expect(isIncluded(leafHash(Buffer.from("other")), index, size, proof, root)).toBe(false);
      const resumed = new GrowingTree(size, subtreesOf(size).map(hashOf));
      resumed.push(leafHash(Buffer.from("next")));
      tree.push(leafHash(Buffer.from("next")));
      expect(resumed.root()).toEqual(tree.root());
    }),
  );
});

test("a leaf gives the subtrees that it completes", () => {
  const tree = new GrowingTree();
  expect(leavesOf(8).map((leaf) => tree.push(leaf).length)).toEqual([0, 1, 0, 2, 0, 1, 0, 3]);
});
