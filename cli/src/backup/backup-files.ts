import { checkpointFileOf } from "@purrimeter/audit/checkpoint-file";
import { lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { DataFiles } from "../data-folder/data-files.ts";

/** The two halves of a backup, which are of use together only. */
export type BackupPart = "data" | "secrets";

/** Signed heads of the audit trails; copied before the databases, which must not be behind them. */
export const CHECKPOINT_FILES = ["locations.db", "accounts.db"].map(checkpointFileOf);

/** Files of the half that may be stored with less care: the databases are ciphered, and none of the rest is secret. */
export const DATA_FILES: readonly string[] = [
  ...CHECKPOINT_FILES,
  ...["locations.db", "accounts.db", "erasures.list"],
  ...["purrimeter.json", "config.json", "vault.json"],
];

/** Made anew by a start, kept on purpose out of a backup, or in it in another way. */
const LEFT_OUT = ["run", "log", "mail", "outbox", "secrets/mail", "exports"];
/** Beside databases (journals, reserve, copies from before migrations), of locks, and of writes that were broken off. */
const PASSING = /\.db-(wal|shm)$|\.db\.|\.db-journal$|\.lock$|\.next$|\.tmp$/;
/** Deeper folders are none of ours. */
const MAX_DEPTH = 8;

/** Whether a file belongs to that half; `path` is relative to the data folder, with slashes. */
export function belongsTo(part: BackupPart, path: string): boolean {
  const isData = DATA_FILES.includes(path);
  if (part === "data") return isData;
  const isLeftOut = LEFT_OUT.some((folder) => path === folder || path.startsWith(`${folder}/`));
  return !isData && !isLeftOut && !PASSING.test(path);
}

/**
 * Paths of all files of the half with secrets, relative to the data folder: everything that is not known to be something
 * else, so that nothing that is new is forgotten, and nothing secret gets into the other half. Links are followed.
 */
export function secretFiles({ folder }: DataFiles): string[] {
  const found: string[] = [];
  collect(folder, folder, [], found);
  return found.sort();
}

function collect(root: string, folder: string, above: readonly string[], found: string[]): void {
  const real = realpathSync(folder);
  if (above.includes(real) || above.length > MAX_DEPTH) return;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const shown = relative(root, path);
    if (!belongsTo("secrets", shown)) continue;
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) collect(root, path, [...above, real], found);
    else if (stat?.isFile() === true) found.push(shown);
  }
}

/** Whether there is nothing at a path, or a folder without anything in it. */
export function isFree(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat === undefined || (stat.isDirectory() && readdirSync(path).length === 0);
}

/** Why a path that is not free is not: for a message. */
export function whyTaken(path: string): "not empty" | "no folder" {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false ? "no folder" : "not empty";
}
