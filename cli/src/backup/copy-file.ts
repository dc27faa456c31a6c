import { makeFolder } from "@purrimeter/certs/write-file";
import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { failed, type Failure } from "../terminal/failure.ts";
import type { BackupFile } from "./manifest.ts";

const BLOCK_BYTES = 1_048_576;
const SECRET_MODE = 0o600;

/** Bytes of a file and their hash. */
export interface Digest {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Reads a file to its end. */
export function digestOf(path: string): Digest {
  const file = openSync(path, "r");
  try {
    return pass(file, undefined);
  } finally {
    closeSync(file);
  }
}

/** Copies a file to one that does not exist yet, mode 0600, folders 0700; on disk on return. */
export function copyPrivately(from: string, to: string, flags: number = constants.O_RDONLY): Digest {
  makeFolder(dirname(to));
  const source = openSync(from, flags);
  try {
    const target = openSync(to, "wx", SECRET_MODE);
    try {
      const digest = pass(source, target);
      fsyncSync(target);
      return digest;
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

/** Copies a file of a backup and proves it by its manifest. Links are refused: a backup has none. */
export function copyProven(folder: string, target: string, file: BackupFile): Failure | undefined {
  const from = join(folder, file.path);
  const odd = linkOnTheWay(folder, file.path);
  if (odd !== undefined) return failed(`${odd} is a link or no file; a backup has none such`);
  const { bytes, sha256 } = copyPrivately(
    from,
    join(target, file.path),
    constants.O_RDONLY | constants.O_NOFOLLOW,
  );
  if (bytes === file.bytes && sha256 === file.sha256) return undefined;
  return failed(`${from} is not what its manifest says: the backup is damaged or was changed`);
}

/** The first part of the path that is a link, is missing, or is not what it has to be: a folder, at the end a file. */
function linkOnTheWay(folder: string, path: string): string | undefined {
  const names = path.split("/");
  let at = folder;
  for (const [i, name] of names.entries()) {
    at = join(at, name);
    const stat = lstatSync(at, { throwIfNoEntry: false });
    const isRight = i === names.length - 1 ? stat?.isFile() : stat?.isDirectory();
    if (isRight !== true) return at;
  }
  return undefined;
}

function pass(source: number, target: number | undefined): Digest {
  const hash = createHash("sha256");
  const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, Math.max(1, fstatSync(source).size)));
  let bytes = 0;
  for (let read = readSync(source, block); read > 0; read = readSync(source, block)) {
    const part = block.subarray(0, read);
    hash.update(part);
    bytes += read;
    for (let done = 0; target !== undefined && done < read;) done += writeSync(target, part, done);
  }
  return { bytes, sha256: hash.digest("hex") };
}
