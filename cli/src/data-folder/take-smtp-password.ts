import { makeFolder, syncFolder } from "@purrimeter/certs/write-file";
import { existsSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { DataFiles } from "./data-files.ts";

/** Where an earlier version had the password of the mail server. */
export function formerSmtpPassword(files: DataFiles): string {
  return files.secret("auth", "smtp-password");
}

/**
 * Moves the password of the mail server to the notifier, which alone speaks to one: `auth` is to have no secret that it does not
 * need. One that the notifier has already is newer. Gives a word for people when it has moved or deleted the former one.
 */
export function takeSmtpPassword(files: DataFiles): string | undefined {
  const [former, place] = [formerSmtpPassword(files), files.secret("notifier", "smtp-password")];
  if (!existsSync(former)) return undefined;
  const isNewer = existsSync(place);
  makeFolder(dirname(place));
  if (isNewer) rmSync(former);
  else renameSync(former, place);
  for (const path of [former, place]) syncFolder(dirname(path));
  return isNewer
    ? `the former password of the mail server, ${former}, is deleted: the notifier has its own in ${place}`
    : `the password of the mail server is moved from ${former} to ${place}: the notifier sends all mail now`;
}
