import { issuedFiles } from "@purrimeter/certs/authority-files";
import { makeFolder, syncFolder } from "@purrimeter/certs/write-file";
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { DataFiles } from "./data-files.ts";

/**
 * Moves a tag's new key to the secrets, where it lies until the tag is provisioned: who has a tag's key reads its
 * geofences. Does nothing when no key is beside the certificate.
 */
export function takeTagKey(files: DataFiles, tag: string): void {
  const { key, keyDer } = issuedFiles(files.certs, "tags", tag);
  if (!existsSync(key)) return;
  const place = files.tagKey(tag);
  makeFolder(dirname(place));
  renameSync(key, place);
  rmSync(keyDer, { force: true });
  syncFolder(dirname(place));
}

/** The same for all tags: an earlier version left their keys beside their certificates. */
export function takeTagKeys(files: DataFiles): void {
  const folder = join(files.certs, "tags");
  if (!existsSync(folder)) return;
  for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()))
    takeTagKey(files, name);
}
