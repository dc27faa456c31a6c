import { createHash, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import { HASH_BYTES } from "./merkle-tree.ts";

/** Size and root of a tree at some time (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Name of the tree's log; also the name of the key. */
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

const ED25519 = Buffer.of(1);
const RAW_KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const SIGNATURE_LINE = /^\u2014 (?<name>[^ +]+) (?<signature>[A-Za-z0-9+/]+=*)$/u;

/** The origin of a database's tree. */
export function originOf(tree: string): string {
  return `purrimeter/${tree}`;
}

function rawKey(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" }).subarray(-RAW_KEY_BYTES);
}

function keyId(name: string, raw: Uint8Array): Buffer {
  const hash = createHash("sha256").update(`${name}\n`).update(ED25519).update(raw).digest();
  return hash.subarray(0, KEY_ID_BYTES);
}

/** The key that verifies a tree's checkpoints, as a verifier key of C2SP signed-note. */
export function verifierKey(origin: string, verifying: KeyObject): string {
  const raw = rawKey(verifying);
  return `${origin}+${keyId(origin, raw).toString("hex")}+${Buffer.concat([ED25519, raw]).toString("base64")}`;
}

function textOf({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString("base64")}\n`;
}

/** The checkpoint as a signed note (C2SP signed-note, Ed25519), ending with a newline. */
export function signCheckpoint(checkpoint: Checkpoint, signing: KeyObject): string {
  const { origin } = checkpoint;
  const text = textOf(checkpoint);
  const id = keyId(origin, rawKey(createPublicKey(signing)));
  const signature = Buffer.concat([id, sign(null, Buffer.from(text), signing)]).toString("base64");
  return `${text}\n\u2014 ${origin} ${signature}\n`;
}

/** Reads a signed note; undefined when it is no checkpoint, or none of its signatures is by the key. */
export function readCheckpoint(note: string, verifying: KeyObject): Checkpoint | undefined {
  const [text = "", signatures = ""] = note.split("\n\n", 2);
  const [origin = "", size = "", root = ""] = text.split("\n");
  const checkpoint = { origin, size: Number(size), root: Buffer.from(root, "base64") };
  if (!/^(?:0|[1-9]\d{0,14})$/u.test(size) || checkpoint.root.length !== HASH_BYTES) return undefined;
  if (`${text}\n` !== textOf(checkpoint)) return undefined;
  const id = keyId(origin, rawKey(verifying));
  const isSigned = signatures.split("\n").some((line) => {
    const { name, signature = "" } = SIGNATURE_LINE.exec(line)?.groups ?? {};
    const bytes = Buffer.from(signature, "base64");
    if (name !== origin || !bytes.subarray(0, KEY_ID_BYTES).equals(id)) return false;
    return verify(null, Buffer.from(`${text}\n`), verifying, bytes.subarray(KEY_ID_BYTES));
  });
  return isSigned ? checkpoint : undefined;
}
