import { randomBytes, type KeyObject } from "node:crypto";
import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { openBytes, sealBytes } from "../aes-gcm.ts";

/** Owner to keys of 32 bytes, version 1 first. */
type OwnerKeys = ReadonlyMap<string, readonly Buffer[]>;

/** All that the file holds. */
export interface KeyFileContent {
  /** The installation that the file belongs to; undefined until it is bound to one. */
  readonly installation: string | undefined;
  readonly owners: OwnerKeys;
  /** Owners whose keys were destroyed. Their ids are random: a tombstone names no person. */
  readonly erased: ReadonlySet<string>;
}

/** A file that is missing. */
export const EMPTY_KEY_FILE: KeyFileContent = {
  installation: undefined,
  owners: new Map(),
  erased: new Set(),
};

/** The key file cannot be read: the message names the path, never the content. */
export class KeyRingError extends Error {
  override readonly name = "KeyRingError";
}

/** First bytes of the file, and the additional data of its seal. Format 1 has the owners' keys and nothing else. */
const FORMER_MAGIC = Buffer.from("purrimeter keys 1\n");
const MAGIC = Buffer.from("purrimeter keys 2\n");
/** A writer may replace the file between two looks at it; more often than this it is another fault. */
const ATTEMPTS = 3;

/** Reads and opens the file; one that is missing holds no keys. Throws KeyRingError for a wrong key. */
export function readKeyFile(path: string, key: KeyObject): KeyFileContent {
  for (let attempt = 1; ; attempt++) {
    const bytes = bytesOf(path);
    if (bytes === undefined) return EMPTY_KEY_FILE;
    const content = contentOf(bytes, key);
    if (content !== undefined) return content;
    if (attempt === ATTEMPTS) throw new KeyRingError(`key ring ${path}: wrong key, or no key ring`);
  }
}

function contentOf(bytes: Buffer, key: KeyObject): KeyFileContent | undefined {
  const magic = bytes.subarray(0, MAGIC.length);
  const isFormer = magic.equals(FORMER_MAGIC);
  if (!isFormer && !magic.equals(MAGIC)) return undefined;
  const plain = openBytes(key, bytes.subarray(MAGIC.length), magic);
  if (plain === undefined) return undefined;
  return isFormer ? { ...EMPTY_KEY_FILE, owners: ownersIn(plain) } : parse(plain);
}

/**
 * Replaces the file as a whole: after a crash it is the old one or the new one. The old one's bytes are then
 * overwritten, so that a destroyed key is not left in free blocks (a file system that copies on write keeps them,
 * still sealed under the key ring's own key).
 */
export function writeKeyFile(path: string, key: KeyObject, content: KeyFileContent): void {
  const sealed = Buffer.concat([MAGIC, sealBytes(key, serialise(content), MAGIC)]);
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    writeDurably(temporary, sealed);
    replace(path, temporary);
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
}

function replace(path: string, temporary: string): void {
  const old = openIfThere(path, "r+");
  renameSync(temporary, path);
  syncFolder(dirname(path));
  if (old === undefined) return;
  writeSync(old, Buffer.alloc(fstatSync(old).size), 0, null, 0);
  fsyncSync(old);
  closeSync(old);
}

function writeDurably(path: string, bytes: Buffer): void {
  const file = openSync(path, "wx", 0o600);
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  fsyncSync(descriptor);
  closeSync(descriptor);
}

function openIfThere(path: string, flags: string): number | undefined {
  try {
    return openSync(path, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function bytesOf(path: string): Buffer | undefined {
  const file = openIfThere(path, "r");
  if (file === undefined) return undefined;
  try {
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

type OwnerLists = readonly (readonly [owner: string, keys: readonly string[]])[];

function serialise({ installation, owners, erased }: KeyFileContent): Buffer {
  const lists: OwnerLists = [...owners].map(([owner, keys]) => [
    owner,
    keys.map((key) => key.toString("base64")),
  ]);
  return Buffer.from(JSON.stringify({ installation, owners: lists, erased: [...erased] }));
}

/** The seal was right, so this is what `serialise` wrote. */
function parse(plain: Buffer): KeyFileContent {
  const { installation, owners, erased } = JSON.parse(plain.toString()) as {
    readonly installation?: string;
    readonly owners: OwnerLists;
    readonly erased: readonly string[];
  };
  return { installation, owners: keysOf(owners), erased: new Set(erased) };
}

/** What format 1 wrote. */
function ownersIn(plain: Buffer): OwnerKeys {
  return keysOf(JSON.parse(plain.toString()) as OwnerLists);
}

function keysOf(lists: OwnerLists): OwnerKeys {
  return new Map(lists.map(([owner, keys]) => [owner, keys.map((key) => Buffer.from(key, "base64"))]));
}
