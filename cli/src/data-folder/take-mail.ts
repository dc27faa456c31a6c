import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import type { DataFiles } from "./data-files.ts";

/**
 * Moves messages of an earlier version to the secrets: they hold addresses, and links that set a password. A copy of the data
 * folder without its secrets must not.
 */
export function takeMail({ mail, formerMail }: DataFiles): void {
  for (const folder of formerMail.filter((path) => existsSync(path))) {
    mkdirSync(mail, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(folder)) renameSync(join(folder, name), join(mail, name));
    rmdirSync(folder);
  }
}
