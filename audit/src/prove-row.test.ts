import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { spawnSync } from "node:child_process";
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CheckpointSigner } from "./checkpoint-signer.ts";
import { readCheckpointFile } from "./checkpoint-file.ts";
import { proveRow, proveUnderHead, type RowProof } from "./prove-row.ts";
import { openTestTrail, type TestTrail } from "./testing/test-trail.ts";

const ROWS = 21;
let opened: TestTrail;
let time: ManualTime;
let script: string;

beforeAll(() => {
  opened = openTestTrail();
  time = new ManualTime();
  // Alone, without anything that stands beside it.
  script = join(opened.folder, "verify-proof.mjs");
  copyFileSync(join(import.meta.dirname, "..", "verify-proof.mjs"), script);
  const { trail, keys, path } = opened;
  const signer = new CheckpointSigner({ trail, keys, path, time, failed: () => expect.unreachable() });
  for (let i = 1; i <= ROWS; i++) {
    opened.append(1_000 + i, { event: "location.read", actor: "ab", account: "cd", subject: `tag-${i}` });
    if (i === 13) signer.grown();
    if (i === 13) time.advance(10_000);
  }
});
afterAll(() => {
  opened.close();
});

function proofOf(row: number): RowProof {
  const { trail, keys, path } = opened;
  const proof = proveRow({ trail, keys, own: readCheckpointFile(path, keys.verifying) }, row);
  if (proof === "no-such-row") throw new Error(proof);
  return proof;
}

function verifying(proof: object, ...more: readonly string[]): { status: number | null; said: string } {
  const file = join(opened.folder, "proof.json");
  writeFileSync(file, JSON.stringify(proof));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, file, ...more], {
    encoding: "utf8",
  });
  return { status, said: stdout + stderr };
}

test("a checkpoint is in the file within ten seconds of a row, and none without a new row", () => {
  const { path, keys } = opened;
  expect(readCheckpointFile(path, keys.verifying).checkpoints.map(({ size }) => size)).toEqual([13]);
});

test("a signer goes on after the newest checkpoint of the file, and its head proves every row", () => {
  const { trail, keys, folder } = opened;
  const path = join(folder, "other.checkpoints");
  const failures: unknown[] = [];
  const signer = (): CheckpointSigner =>
    new CheckpointSigner({ trail, keys, path, time, failed: (error) => failures.push(error) });
  for (let i = 0; i < 40; i++) appendFileSync(path, `${"x".repeat(200)}\n\n`);
  const head = signer().head();
  expect(head).toMatchObject({ size: ROWS, root: trail.treeOf(ROWS).root() });
  const bytes = readFileSync(path).length;
  expect(signer().head()?.note).toBe(head?.note);
  expect(readFileSync(path)).toHaveLength(bytes);
  for (const row of [1, 13, ROWS]) {
    const proof = proveUnderHead({ trail, keys }, head, row) as RowProof;
    expect(proof.checkpoint).toBe(head?.note);
    expect(verifying(proof).status).toBe(0);
  }
  expect(verifying(proveUnderHead({ trail, keys }, undefined, 2) as RowProof).status).toBe(0);
  expect(failures).toEqual([]);
});

test.each([1, 2, 8, 13, 14, 20, 21])("row %d has a proof that the script alone accepts", (row) => {
  const proof = proofOf(row);
  const { status, said } = verifying(proof);
  expect([status, said]).toEqual([
    0,
    expect.stringContaining(`row ${row} is in the tree of ${row <= 13 ? 13 : ROWS} rows`),
  ]);
  expect(said).toContain(`tag-${row}`);
  expect(verifying(proof, proof.key).said).not.toContain("compare");
});

test("a row that is none has no proof", () => {
  const { trail, keys } = opened;
  for (const row of [0, ROWS + 1])
    expect(proveRow({ trail, keys, own: { checkpoints: [], unsigned: 0 } }, row)).toBe("no-such-row");
});

test("a proof of which anything was changed does not hold", () => {
  const proof = proofOf(5);
  const other = proofOf(6);
  const changes: object[] = [
    { row: 6 },
    { row: 0 },
    { entry: proof.entry?.replace("tag-5", "tag-6") },
    { entry: other.entry, leaf: other.leaf },
    { leaf: other.leaf },
    { hashes: proof.hashes.slice(1) },
    { hashes: [...proof.hashes, proof.leaf] },
    { hashes: proof.hashes.toReversed() },
    { checkpoint: proof.checkpoint.replace("\n13\n", "\n12\n") },
    { key: proof.key.replace("accounts", "locations") },
    { format: "other" },
  ];
  for (const change of changes)
    expect([change, verifying({ ...proof, ...change }).status]).toEqual([change, 1]);
  const another = openTestTrail();
  another.append(1, { event: "x" });
  const theirs = proveRow({ ...another, own: { checkpoints: [], unsigned: 0 } }, 1) as RowProof;
  expect(verifying(theirs).status).toBe(0);
  expect(verifying(theirs, proof.key)).toMatchObject({
    status: 1,
    said: expect.stringContaining("not signed") as string,
  });
  another.close();
});
