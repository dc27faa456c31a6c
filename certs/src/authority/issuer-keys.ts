import { existsSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import { makeFolder, syncFolder } from "../write-file.ts";
import { BRANCHES, type AuthorityFiles } from "./authority-files.ts";

/**
 * Moves the intermediates' keys to their folder from the one of the certificates, in which they are made, and in which an
 * earlier version left them. Does nothing when they are in their place. Broken off, it can be called again.
 */
export function takeIssuerKeys(files: AuthorityFiles): void {
  for (const branch of BRANCHES) {
    const { key } = files.branches[branch];
    const former = join(files.authority, basename(key));
    if (former === key || !existsSync(former)) continue;
    makeFolder(files.keys);
    move(former, key);
    syncFolder(files.keys);
  }
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    // Another process has moved it.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || !existsSync(to)) throw error;
  }
}
