// Verifies a proof that `purrimeter audit prove` or GET /v1/audit gave: that a row is in the audit trail that was signed.
// Needs Node.js and nothing else. Usage: node verify-proof.mjs FILE [KEY]
// KEY is the verifier key that you trust (name+id+key); without it, the one in the proof is used and shown: compare it.
// Ends with 0 when the proof holds, with 1 when it does not.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

/** @param {(string | Buffer)[]} parts */
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

/**
 * @param {string} reason
 * @returns {never}
 */
function refuse(reason) {
  throw new Error(reason);
}

/**
 * The key of a note (C2SP signed-note): NAME+ID+BASE64(1, 32 bytes of Ed25519).
 * @param {string} text
 */
function readKey(text) {
  const [, name = "", id, key = ""] =
    /^([^ +]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/u.exec(text) ?? refuse("the key cannot be read");
  const bytes = Buffer.from(key, "base64");
  if (bytes.length !== 33 || bytes[0] !== 1) refuse("the key is not Ed25519");
  if (sha256(`${name}\n`, bytes).toString("hex", 0, 4) !== id) refuse("the key's id is another key's");
  const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), bytes.subarray(1)]);
  return { name, id, key: createPublicKey({ key: spki, format: "der", type: "spki" }) };
}

/**
 * Size and root that the note signs (C2SP tlog-checkpoint).
 * @param {string} note
 * @param {ReturnType<typeof readKey>} key
 */
function readNote(note, { name, id, key }) {
  const end = note.indexOf("\n\n");
  const text = note.slice(0, end + 1);
  const [origin, size = "", root = ""] = text.split("\n");
  if (origin !== name) refuse("the checkpoint is of another tree");
  const isSigned = note
    .slice(end + 2)
    .split("\n")
    .some((line) => {
      const [, signer, signature] = /^\u2014 ([^ +]+) ([A-Za-z0-9+/]+=*)$/u.exec(line) ?? [];
      const bytes = Buffer.from(signature ?? "", "base64");
      const isKey = signer === name && bytes.toString("hex", 0, 4) === id;
      return isKey && verify(null, Buffer.from(text), key, bytes.subarray(4));
    });
  if (!isSigned) refuse("the checkpoint is not signed with the key");
  if (!/^[1-9]\d{0,14}$/u.test(size)) refuse("the checkpoint has no size");
  return { size: Number(size), root: Buffer.from(root, "base64") };
}

/**
 * The root that a leaf and its proof give (RFC 9162, section 2.1.3.2).
 * @param {Buffer} leaf
 * @param {number} index
 * @param {number} size
 * @param {Buffer[]} hashes
 */
function rootOf(leaf, index, size, hashes) {
  let [at, last] = [index, size - 1];
  let hash = leaf;
  for (const other of hashes) {
    if (last === 0) refuse("the proof has too many hashes");
    if (at % 2 === 1 || at === last) {
      hash = sha256(Buffer.of(1), other, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else hash = sha256(Buffer.of(1), hash, other);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  if (last !== 0) refuse("the proof has too few hashes");
  return hash;
}

/**
 * @typedef {{ row: number, entry: string | null, leaf: unknown, hashes: unknown[], checkpoint: unknown, key: string }} Proof
 * @param {unknown} value
 * @returns {value is Proof}
 */
function isProof(value) {
  if (typeof value !== "object" || value === null) return false;
  return "format" in value && value.format === "purrimeter-audit-proof-1";
}

/**
 * @param {unknown} proof
 * @param {string | undefined} trusted
 */
function verifyProof(proof, trusted) {
  if (!isProof(proof)) return refuse("this is no proof of an audit trail");
  const { row, entry, leaf, hashes, checkpoint, key } = proof;
  if (!Number.isSafeInteger(row) || row < 1) refuse("the proof names no row");
  const verifier = readKey(trusted ?? key);
  const { size, root } = readNote(String(checkpoint), verifier);
  if (row > size) refuse("the row is not in the signed tree");
  const leafBytes = Buffer.from(String(leaf), "base64");
  if (entry !== null) {
    if (!sha256(Buffer.of(0), String(entry)).equals(leafBytes))
      refuse("the row does not have the leaf's hash");
    /** @type {unknown} */
    const members = JSON.parse(entry);
    if (!Array.isArray(members) || members[0] !== row) refuse("the row has another number");
  }
  const found = rootOf(
    leafBytes,
    row - 1,
    size,
    hashes.map((hash) => Buffer.from(String(hash), "base64")),
  );
  if (!found.equals(root)) refuse("the row is not in the signed tree");
  return { row, entry, size, key: `${verifier.name}+${verifier.id}` };
}

const [file, trusted] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write("Usage: node verify-proof.mjs FILE [KEY]\n");
  process.exitCode = 2;
} else {
  try {
    /** @type {unknown} */
    const proof = JSON.parse(readFileSync(file, "utf8"));
    const { row, entry, size, key } = verifyProof(proof, trusted);
    const content = entry === null ? "what it said is no longer kept" : entry;
    process.stdout.write(`row ${row} is in the tree of ${size} rows that ${key} signed: ${content}\n`);
    if (trusted === undefined)
      process.stdout.write("The key is the proof's own: compare it with one that you know.\n");
  } catch (error) {
    process.stderr.write(
      `the proof does not hold: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exitCode = 1;
  }
}
