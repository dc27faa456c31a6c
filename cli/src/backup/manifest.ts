import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { z } from "zod";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import { belongsTo, type BackupPart } from "./backup-files.ts";

/** Version of a backup's layout. A newer one is refused. */
export const BACKUP_FORMAT = 1;

/** The file that makes a folder a half of a backup; written last. */
export const MANIFEST_NAME = "manifest.json";

const fileSchema = z.strictObject({
  /** Relative to the data folder, with slashes. */
  path: z.string().min(1).max(1_024),
  bytes: z.int().min(0),
  /** Hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const manifestSchema = z.strictObject({
  format: z.literal(BACKUP_FORMAT),
  /** The same in both halves. */
  backup: z.string().min(1).max(64),
  part: z.enum(["data", "secrets"]),
  /** UTC, RFC 3339. */
  takenAt: z.iso.datetime(),
  /** Of the purrimeter that made it. */
  version: z.string().max(64),
  schemas: z.strictObject({ locations: z.int().min(0), accounts: z.int().min(0) }),
  files: z.array(fileSchema).max(1_000_000),
  /** HMAC-SHA-256 of all of the above, hexadecimal: whoever changes a file and its line here does not have the key. */
  mac: z.string().regex(/^[0-9a-f]{64}$/),
});

/** What a half of a backup consists of. */
export type Manifest = z.output<typeof manifestSchema>;
/** A manifest that is yet to be sealed. */
export type UnsealedManifest = Omit<Manifest, "mac">;
/** One file of a half. */
export type BackupFile = z.output<typeof fileSchema>;

/** The manifest with its seal. `databaseKey`: 32 bytes, the key of locations.db, which is in the half with secrets only. */
export function sealManifest(manifest: UnsealedManifest, databaseKey: Buffer): Manifest {
  return { ...manifest, mac: macOf(manifest, databaseKey) };
}

/** Whether the manifest is as it was written. */
export function isSealed({ mac, ...manifest }: Manifest, databaseKey: Buffer): boolean {
  return timingSafeEqual(Buffer.from(mac, "hex"), Buffer.from(macOf(manifest, databaseKey), "hex"));
}

function macOf(manifest: UnsealedManifest, databaseKey: Buffer): string {
  const { format, backup, part, takenAt, version, schemas, files } = manifest;
  const lines = files.map(({ path, bytes, sha256 }) => [path, bytes, sha256]);
  const body = JSON.stringify([
    ...[format, backup, part, takenAt, version],
    ...[schemas.locations, schemas.accounts, lines],
  ]);
  const key = Buffer.from(hkdfSync("sha256", databaseKey, "", "purrimeter backup manifest 1", 32));
  return createHmac("sha256", key).update(body).digest("hex");
}

/** Reads the manifest of a half. Its paths lead nowhere but into a data folder; whether it is sealed is not known yet. */
function readManifest(folder: string, part: BackupPart): Manifest | Failure {
  const path = join(folder, MANIFEST_NAME);
  const content = contentOf(path);
  if (content === undefined)
    return failed(
      `${folder} is no whole backup: it has no readable ${MANIFEST_NAME}; name the folder that "purrimeter backup" wrote`,
    );
  const format = z.object({ format: z.number() }).safeParse(content).data?.format ?? 0;
  if (format > BACKUP_FORMAT)
    return failed(`${path} was written by a newer purrimeter (format ${format}): update purrimeter`);
  const parsed = manifestSchema.safeParse(content);
  if (!parsed.success) return failed(`${path} is no manifest of a backup, or is damaged`);
  if (parsed.data.part !== part)
    return failed(`${folder} holds the part "${parsed.data.part}", not "${part}"`);
  const bad = faultOfPaths(parsed.data.files, part);
  return bad === undefined
    ? parsed.data
    : failed(`${path} names ${JSON.stringify(bad)}, which no backup has`);
}

/** The first path that is not written as a backup writes it, is not of this half, or comes twice. */
function faultOfPaths(files: readonly BackupFile[], part: BackupPart): string | undefined {
  const seen = new Set<string>();
  for (const { path } of files) {
    if (!isPlain(path) || !belongsTo(part, path) || seen.has(path)) return path;
    seen.add(path);
  }
  return undefined;
}

function isPlain(path: string): boolean {
  if (path.includes("\\") || path.includes("\0") || posix.isAbsolute(path)) return false;
  return path.split("/").every((name) => name !== "" && name !== "." && name !== "..");
}

function contentOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as unknown;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof SyntaxError || code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Both manifests, of one backup; or why not. */
export function readManifests(
  data: string,
  secrets: string,
): { data: Manifest; secrets: Manifest } | Failure {
  const one = readManifest(data, "data");
  if (isFailure(one)) return one;
  const other = readManifest(secrets, "secrets");
  if (isFailure(other)) return other;
  if (one.backup === other.backup) return { data: one, secrets: other };
  return failed(`${data} and ${secrets} are of different backups (${one.takenAt}, ${other.takenAt})`);
}
