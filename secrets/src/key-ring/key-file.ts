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
export type OwnerKeys = Map<string, readonly Buffer[]>;

/** The key file cannot be read: the message names the path, never the content. */
export class KeyRingError extends Error {
  override readonly name = "KeyRingError";
}

/** First bytes of the file, and the additional data of its seal. */
const MAGIC = Buffer.from("purrimeter keys 1\n");
/** A writer may replace the file between two looks at it; more often than this it is another fault. */
const ATTEMPTS = 3;

/** Reads and opens the file; one that is missing holds no keys. Throws KeyRingError for a wrong key. */
export function readKeyFile(path: string, key: KeyObject): OwnerKeys {
  for (let attempt = 1; ; attempt++) {
    const bytes = bytesOf(path);
    if (bytes === undefined) return new Map();
    const plain = bytes.subarray(0, MAGIC.length).equals(MAGIC)
      ? openBytes(key, bytes.subarray(MAGIC.length), MAGIC)
      : undefined;
    if (plain !== undefined) return parse(plain);
    if (attempt === ATTEMPTS) throw new KeyRingError(`key ring ${path}: wrong key, or no key ring`);
  }
}

/**
 * Replaces the file as a whole: after a crash it is the old one or the new one. The old one's bytes are then
 * overwritten, so that a destroyed key is not left in free blocks (a file system that copies on write keeps them,
 * still sealed under the key ring's own key).
 */
export function writeKeyFile(path: string, key: KeyObject, owners: OwnerKeys): void {
  const sealed = Buffer.concat([MAGIC, sealBytes(key, serialise(owners), MAGIC)]);
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

function serialise(owners: OwnerKeys): Buffer {
  const lists = [...owners].map(([owner, keys]) => [owner, keys.map((key) => key.toString("base64"))]);
  return Buffer.from(JSON.stringify(lists));
}

/** The seal was right, so this is what `serialise` wrote. */
function parse(plain: Buffer): OwnerKeys {
  const lists = JSON.parse(plain.toString()) as [string, string[]][];
  return new Map(lists.map(([owner, keys]) => [owner, keys.map((key) => Buffer.from(key, "base64"))]));
}
