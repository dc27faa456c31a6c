import { createPrivateKey, type KeyObject } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { syncFolder } from "../write-file.ts";
import type { AuthorityFiles } from "./authority-files.ts";

/** Where an earlier version left the root's private key, in clear; undefined when none is there. */
export function formerRootKeyFile(files: AuthorityFiles): string | undefined {
  const path = join(files.authority, "root.key.pem");
  return existsSync(path) ? path : undefined;
}

/** Hands the root's key that an earlier version left to `keep`, and removes the file when that has returned. */
export function takeFormerRootKey(files: AuthorityFiles, keep: (rootKey: KeyObject) => void): void {
  const path = formerRootKeyFile(files);
  if (path === undefined) return;
  keep(createPrivateKey(readFileSync(path)));
  rmSync(path);
  syncFolder(files.authority);
}
