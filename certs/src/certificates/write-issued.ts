import { randomBytes, type KeyObject } from "node:crypto";
import { existsSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { filesIn, type IssuedFiles } from "../authority/authority-files.ts";
import type { Issuer } from "../authority/issuer.ts";
import { privateKeyDer, privateKeyPem } from "./key-pair.ts";
import type { SignedLeaf } from "./sign-leaf.ts";
import { makeFolder, PUBLIC_MODE, SECRET_MODE, syncFolder, writeNewFile } from "../write-file.ts";

/** Writes everything that a holder needs into a new folder, which appears complete or not at all. */
export function writeIssued(
  files: IssuedFiles,
  issuer: Issuer,
  leaf: SignedLeaf,
  key: KeyObject | undefined,
): void {
  const parent = dirname(files.folder);
  makeFolder(parent);
  const draft = filesIn(besides(files.folder));
  try {
    makeFolder(draft.folder);
    writeAll(draft, issuer, leaf, key);
    changePlaces(draft.folder, files.folder);
  } finally {
    rmSync(draft.folder, { recursive: true, force: true });
  }
  syncFolder(parent);
}

// A tag id has no dot, so no tag's folder is ever named like this.
function besides(folder: string): string {
  return join(dirname(folder), `.${basename(folder)}-${randomBytes(6).toString("hex")}`);
}

function writeAll(files: IssuedFiles, issuer: Issuer, leaf: SignedLeaf, key: KeyObject | undefined): void {
  writeNewFile(files.chain, leaf.chainPem, PUBLIC_MODE);
  writeNewFile(files.leafDer, leaf.der, PUBLIC_MODE);
  writeNewFile(files.issuerDer, issuer.certificate.raw, PUBLIC_MODE);
  writeNewFile(files.authority, issuer.root.toString(), PUBLIC_MODE);
  writeNewFile(files.authorityDer, issuer.root.raw, PUBLIC_MODE);
  if (key === undefined) return;
  writeNewFile(files.key, privateKeyPem(key), SECRET_MODE);
  writeNewFile(files.keyDer, privateKeyDer(key), SECRET_MODE);
}

function changePlaces(draft: string, folder: string): void {
  if (!existsSync(folder)) {
    renameSync(draft, folder);
    return;
  }
  const former = besides(folder);
  renameSync(folder, former);
  renameSync(draft, folder);
  rmSync(former, { recursive: true });
}
