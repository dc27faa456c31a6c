import type { Time } from "@purrimeter/service/time";
import { makeFolder, SECRET_MODE, syncFolder, writeNewFile } from "@purrimeter/certs/write-file";
import { checkDatabase } from "@purrimeter/database/check-database";
import { copyDatabase } from "@purrimeter/database/copy-database";
import { schemaVersion } from "@purrimeter/database/migrate";
import { openToRead } from "@purrimeter/database/open-database";
import { withFileLock } from "@purrimeter/secrets/file-lock";
import { erasureLines, readErasures } from "@purrimeter/store/erasure-list";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { DataFiles } from "../data-folder/data-files.ts";
import { OPERATOR } from "../data-folder/operator.ts";
import { recordInFolder } from "../data-folder/record-act.ts";
import { withData } from "../data-folder/with-data.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import { utcSeconds } from "../terminal/utc.ts";
import {
  CHECKPOINT_FILES,
  DATA_FILES,
  isFree,
  secretFiles,
  whyTaken,
  type BackupPart,
} from "./backup-files.ts";
import { copyPrivately, digestOf } from "./copy-file.ts";
import { BACKUP_FORMAT, MANIFEST_NAME, sealManifest, type BackupFile } from "./manifest.ts";

/** Where to write a backup. */
export interface BackupTarget {
  /** Gets `data/`, and `secrets/` unless that goes elsewhere. */
  readonly folder: string;
  /** Gets the half with secrets itself. */
  readonly secrets: string | undefined;
  readonly time: Time;
  /** Of this purrimeter. */
  readonly version: string;
}

/** A backup that was written and read again. */
export interface WrittenBackup {
  readonly backup: string;
  readonly data: string;
  readonly secrets: string;
  readonly files: number;
  readonly bytes: number;
}

/** A half of the backup while it is written. */
interface Half {
  readonly part: BackupPart;
  readonly folder: string;
  readonly names: string[];
}

const ACCOUNTS = { name: "auth", usesOwnerKeys: false };

/**
 * Writes a backup of a data folder, on which services may be running: first the databases, then the keys, so that each row
 * that is sealed has its key. What is there under its name is whole: it was read again, and renamed at the end.
 */
export async function writeBackup(files: DataFiles, target: BackupTarget): Promise<WrittenBackup | Failure> {
  const ends = [target.folder, ...(target.secrets === undefined ? [] : [target.secrets])].map((path) =>
    resolve(path),
  );
  const refused = refuseTargets(files, ends);
  if (refused !== undefined) return refused;
  const recorded = await recordInFolder(files, target.time, "backup.begun", "");
  if (isFailure(recorded)) return recorded;
  const drafts = ends.map((end) => `${end}.${randomBytes(6).toString("hex")}.partial`);
  try {
    for (const draft of drafts) makeFolder(draft);
    const [main = "", apart] = drafts;
    const data: Half = { part: "data", folder: join(main, "data"), names: [] };
    const secrets: Half = { part: "secrets", folder: apart ?? join(main, "secrets"), names: [] };
    for (const { folder } of [data, secrets]) makeFolder(folder);
    const written = await fill(files, data, secrets, target);
    if (isFailure(written)) return written;
    // The half with secrets first: the other one is of no use without it.
    for (const [i, draft] of [...drafts.entries()].reverse()) putInPlace(draft, ends[i] ?? "");
    const [end = ""] = ends;
    return { ...written, data: join(end, "data"), secrets: ends[1] ?? join(end, "secrets") };
  } finally {
    for (const draft of drafts) rmSync(draft, { recursive: true, force: true });
  }
}

function refuseTargets({ folder }: DataFiles, ends: readonly string[]): Failure | undefined {
  for (const end of ends) {
    if (!isFree(end)) return failed(`${end} is there and ${whyTaken(end)}; name a folder that is new`);
    if (isWithin(end, folder)) return failed(`${end} lies in the data folder, which is what is backed up`);
  }
  const [main = "", apart] = ends;
  if (apart === undefined || (!isWithin(apart, main) && !isWithin(main, apart))) return undefined;
  return failed(`${apart} and ${main} are one in the other; they are to be stored apart`);
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!way.startsWith("..") && resolve(way) !== way);
}

async function fill(
  files: DataFiles,
  data: Half,
  secrets: Half,
  { time, version }: BackupTarget,
): Promise<Pick<WrittenBackup, "backup" | "files" | "bytes"> | Failure> {
  return withData(
    files,
    { holder: OPERATOR, open: (opened) => ({ resource: opened, close: done }) },
    async (opened) => {
      const key = opened.readKey("database-key");
      copyThese(files, data, CHECKPOINT_FILES);
      const locations = copyOf(files.locations, key, data, "locations.db");
      if (isFailure(locations)) return locations;
      const accounts = await withData(
        files,
        { holder: ACCOUNTS, open: (own) => ({ resource: own.readKey("database-key"), close: done }) },
        (own) => Promise.try(() => copyOf(files.accounts, own, data, "accounts.db")),
      );
      if (isFailure(accounts)) return accounts;
      copySecrets(files, secrets);
      const ring = opened.keyRing(join(secrets.folder, "owners.keys"));
      copyRest(files, data, (await ring.erased()) as OwnerId[], utcSeconds(time));
      const schemas = { locations: locations.schema, accounts: accounts.schema };
      const about = { backup: randomUUID(), takenAt: new Date(time.utcMs()).toISOString(), version, schemas };
      const all = [data, secrets].flatMap((half) => seal(half, about, key));
      return {
        backup: about.backup,
        files: all.length,
        bytes: all.reduce((sum, file) => sum + file.bytes, 0),
      };
    },
  );
}

const done = (): Promise<void> => Promise.resolve();

/** Copies a database and reads every page of the copy with the key. */
function copyOf(path: string, key: Buffer, half: Half, name: string): { schema: number } | Failure {
  const to = join(half.folder, name);
  const source = openToRead(path, key);
  try {
    copyDatabase(source, to);
  } catch (error) {
    return failed(
      `${path} cannot be copied: ${error instanceof Error ? error.message : String(error)}; "purrimeter check" says more`,
    );
  } finally {
    source.close();
  }
  half.names.push(name);
  const copy = openToRead(to, key);
  try {
    if (checkDatabase(copy).length > 0)
      return failed(`the copy ${to} is not what was written: is the disk sound?`);
    return { schema: schemaVersion(copy) };
  } finally {
    copy.close();
  }
}

/** A key ring is replaced and its former bytes are overwritten: it is read while no writer can do that. */
function copySecrets(files: DataFiles, half: Half): void {
  for (const path of secretFiles(files)) {
    const [from, to] = [join(files.folder, path), join(half.folder, path)];
    if (from === files.keyRing) withFileLock(from, () => void copyPrivately(from, to));
    else copyPrivately(from, to);
    half.names.push(path);
  }
}

/** Those that are there. */
function copyThese(files: DataFiles, half: Half, names: readonly string[]): void {
  for (const name of names.filter((one) => existsSync(join(files.folder, one)))) {
    copyPrivately(join(files.folder, name), join(half.folder, name));
    half.names.push(name);
  }
}

/** The list of erasures is copied last, with those that only the key ring knows of. */
function copyRest(files: DataFiles, half: Half, erased: readonly OwnerId[], at: number): void {
  const copied = ["erasures.list", ...half.names, ...CHECKPOINT_FILES];
  copyThese(
    files,
    half,
    DATA_FILES.filter((name) => !copied.includes(name)),
  );
  const listed = readErasures(files.erasures);
  const known = new Set(listed.map(({ owner }) => owner));
  const more = erased.filter((owner) => !known.has(owner)).map((owner) => ({ owner, at }));
  writeNewFile(join(half.folder, "erasures.list"), erasureLines([...listed, ...more]), SECRET_MODE);
  half.names.push("erasures.list");
}

interface About {
  readonly backup: string;
  readonly takenAt: string;
  readonly version: string;
  readonly schemas: { readonly locations: number; readonly accounts: number };
}

/** Reads again what was written and says so in the manifest, which is what makes the folder a backup. */
function seal({ part, folder, names }: Half, about: About, key: Buffer): BackupFile[] {
  const files = names.map((path) => ({ path, ...digestOf(join(folder, path)) }));
  const manifest = sealManifest({ format: BACKUP_FORMAT, part, ...about, files }, key);
  writeNewFile(join(folder, MANIFEST_NAME), `${JSON.stringify(manifest, undefined, 2)}\n`, SECRET_MODE);
  syncFolder(folder);
  return files;
}

function putInPlace(draft: string, end: string): void {
  if (existsSync(end)) rmdirSync(end);
  renameSync(draft, end);
  syncFolder(dirname(end));
}
