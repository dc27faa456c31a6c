import { z } from "zod";

/** Written into the manifest: a program reads only what it knows. */
export const ARCHIVE_VERSION = 1;

/** Path of the manifest, the last file of an archive. */
export const MANIFEST = "manifest.json";

/** Folder of what the account database has, and of what the location database has. */
export const ACCOUNT_FOLDER = "account";
export const DATA_FOLDER = "data";

/** Whether a path stays below the folder that the archive is of: names of ours, none of which leads upwards. */
function isArchivePath(path: string): boolean {
  return path.split("/").every((name) => /^[\w.-]+$/.test(name) && !/^\.+$/.test(name));
}

/** What the manifest says of an archive. */
export const manifestSchema = z.strictObject({
  format: z.literal("purrimeter-account"),
  version: z.literal(ARCHIVE_VERSION),
  createdAt: z.iso.datetime(),
  files: z.array(
    z.strictObject({
      path: z.string().max(200).refine(isArchivePath),
      bytes: z.int().min(0),
      sha256: z.string().regex(/^[\da-f]{64}$/),
    }),
  ),
});

export type Manifest = z.infer<typeof manifestSchema>;
