import type { Time } from "@purrimeter/service/time";
import { makeFolder, replaceFile, SECRET_MODE, syncFolder } from "@purrimeter/certs/write-file";
import { checkDatabase } from "@purrimeter/database/check-database";
import { openToRead } from "@purrimeter/database/open-database";
import { erasureLines, readErasures, type ListedErasure } from "@purrimeter/store/erasure-list";
import { randomBytes } from "node:crypto";
import { existsSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { dataFiles, type DataFiles } from "../data-folder/data-files.ts";
import { makeFirstAuditKey } from "../data-folder/first-audit-key.ts";
import { withAccounts } from "../data-folder/open-accounts.ts";
import { withOperatorStore } from "../data-folder/open-registry.ts";
import { OPERATOR } from "../data-folder/operator.ts";
import { recordAct } from "../data-folder/record-act.ts";
import { lockRun } from "../data-folder/run-lock.ts";
import { withData } from "../data-folder/with-data.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import { utcDate } from "../terminal/utc.ts";
import { isFree, whyTaken, type BackupPart } from "./backup-files.ts";
import { copyProven } from "./copy-file.ts";
import { knownErasures, type ErasureSource } from "./known-erasures.ts";
import { isSealed, readManifests, type Manifest } from "./manifest.ts";

/** What to restore, and how. */
export interface RestoreSource {
  /** The folder that `backup` wrote. */
  readonly folder: string;
  /** The half with secrets, where it is kept elsewhere. */
  readonly secrets: string | undefined;
  readonly erasures: ErasureSource;
  /** Whether a data folder that is not empty is put aside. */
  readonly force: boolean;
  readonly time: Time;
}

/** A data folder that was restored; nothing runs on it yet. */
export interface Restored {
  readonly backup: string;
  /** UTC, RFC 3339. */
  readonly takenAt: string;
  readonly files: number;
  /** Owners that were in the backup and had been erased since: they were erased from what was restored. */
  readonly erased: number;
  /** Where the former data folder is now. */
  readonly aside: string | undefined;
}

type Halves = { readonly [Part in BackupPart]: Manifest };

/**
 * Puts a backup in the place of a data folder. All of it is proven, and what was erased since is erased from it, in a
 * folder beside; that one is renamed at the end.
 */
export async function restoreBackup(files: DataFiles, source: RestoreSource): Promise<Restored | Failure> {
  const unusable = refuseTarget(files, source.force);
  if (unusable !== undefined) return unusable;
  const folders = {
    data: join(source.folder, "data"),
    secrets: source.secrets ?? join(source.folder, "secrets"),
  };
  const manifests = readManifests(folders.data, folders.secrets);
  if (isFailure(manifests)) return manifests;
  const known = await knownErasures(files, source.erasures, source.time);
  if (isFailure(known)) return known;
  const draft = dataFiles(`${files.folder}.${randomBytes(6).toString("hex")}.partial`);
  try {
    makeFolder(draft.folder);
    const unproven = await fillDraft(draft, folders, manifests);
    if (unproven !== undefined) return unproven;
    makeFirstAuditKey(draft);
    const erased = await eraseAgain(draft, known.erasures, source.time);
    if (isFailure(erased)) return erased;
    const aside = isFree(files.folder) ? undefined : asideOf(files, utcDate(source.time));
    if (aside !== undefined) renameSync(files.folder, aside);
    else if (existsSync(files.folder)) rmdirSync(files.folder);
    renameSync(draft.folder, files.folder);
    syncFolder(dirname(files.folder));
    const { backup, takenAt } = manifests.data;
    const count = manifests.data.files.length + manifests.secrets.files.length;
    return { backup, takenAt, files: count, erased: erased.count, aside };
  } finally {
    rmSync(draft.folder, { recursive: true, force: true });
  }
}

/** Services on the folder would go on writing into what was put aside. */
function refuseTarget(files: DataFiles, force: boolean): Failure | undefined {
  if (isFree(files.folder)) return undefined;
  if (!force)
    return failed(
      `${files.folder} is there and ${whyTaken(files.folder)}; --force puts it aside as ${basename(files.folder)}.before-restore-…`,
    );
  if (!existsSync(files.run)) return undefined;
  const lock = lockRun(files.run);
  if (isFailure(lock)) return lock;
  lock.release();
  return undefined;
}

function asideOf({ folder }: DataFiles, now: Date): string {
  return `${resolve(folder)}.before-restore-${now.toISOString().replaceAll(/[-:]|\.\d+/g, "")}`;
}

/** Copies and proves both halves; the first fault. */
async function fillDraft(
  draft: DataFiles,
  folders: Readonly<Record<BackupPart, string>>,
  manifests: Halves,
): Promise<Failure | undefined> {
  for (const part of ["data", "secrets"] as const)
    for (const file of manifests[part].files) {
      const fault = copyProven(folders[part], draft.folder, file);
      if (fault !== undefined) return fault;
    }
  const proven = await proveSeals(draft, folders, manifests);
  return isFailure(proven) ? proven : undefined;
}

function proveSeals(
  draft: DataFiles,
  folders: Readonly<Record<BackupPart, string>>,
  manifests: Halves,
): Promise<object | Failure> {
  const close = (): Promise<void> => Promise.resolve();
  return withData(
    draft,
    { holder: OPERATOR, open: (secrets) => ({ resource: secrets.readKey("database-key"), close }) },
    (key) =>
      Promise.try(() => {
        for (const part of ["data", "secrets"] as const)
          if (!isSealed(manifests[part], key))
            return failed(
              `the manifest of ${folders[part]} was changed: it is not what "purrimeter backup" wrote`,
            );
        return proveDatabase(draft.locations, key);
      }),
  );
}

function proveDatabase(path: string, key: Buffer): object | Failure {
  const database = openToRead(path, key);
  try {
    return checkDatabase(database).length === 0 ? {} : failed(`${basename(path)} of the backup is damaged`);
  } finally {
    database.close();
  }
}

/**
 * Erases from a folder that is being restored whoever is on a list, on the backup's own as well: an erasure may have been
 * under way when it was made. A key that is destroyed stays so: the tombstone goes into the restored key ring.
 */
async function eraseAgain(
  draft: DataFiles,
  since: readonly ListedErasure[],
  time: Time,
): Promise<{ readonly count: number } | Failure> {
  const all = new Map([...readErasures(draft.erasures), ...since].map((erasure) => [erasure.owner, erasure]));
  replaceFile(draft.erasures, erasureLines([...all.values()]), SECRET_MODE);
  let count = 0;
  const accounts = await withAccounts(draft, time, async ({ accounts: kept, audit, erasures }) => {
    const recorded = await recordAct(audit, "backup.restored", "");
    if (isFailure(recorded)) return recorded;
    for (const owner of all.keys()) {
      if ((await kept.findById(owner)) !== undefined) count++;
      await erasures.begin(owner);
    }
    return {};
  });
  if (isFailure(accounts)) return accounts;
  const locations = await withOperatorStore(draft, time, async ({ store }) => {
    for (const owner of all.keys()) await store.forOwner(owner).eraseOwner();
    // The key ring was copied after the databases, and may have keys of owners who came in between.
    await store.knowOwners();
    const { missing } = await store.sealedOwners();
    if (missing.length === 0) return {};
    return failed(`the backup lacks the keys of ${missing.length} owners: it is not whole`);
  });
  return isFailure(locations) ? locations : { count };
}
