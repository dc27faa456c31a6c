import { X509Certificate } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, statfsSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { secretFiles } from "../backup/backup-files.ts";
import type { DataFiles } from "../data-folder/data-files.ts";
import { fine, wrong, type Finding } from "./finding.ts";

/** A certificate that ends sooner should have been renewed by a start. */
const ENDS_SOON_DAYS = 14;
const DAY_MS = 86_400_000;
const MIB = 1_048_576;
/** The store accepts nothing below 32 MiB; this leaves a while to react. */
const MIN_FREE_BYTES = 256 * MIB;

/** Certificates of the services and of the authority: whether they are valid now, and for how long. */
export function checkCertificates(files: DataFiles, services: readonly string[], now: Date): Finding {
  const { authority } = files;
  const branches = Object.values(authority.branches).map(({ anchor }) => anchor);
  const paths = [authority.root, ...branches, ...services.map((service) => files.serviceChain(service))];
  const faults = paths.flatMap((path) => faultOfCertificate(files, path, now));
  if (faults.length > 0) return wrong("certificates", faults.join("; "));
  return fine("certificates", `${paths.length} are valid, none ends within ${ENDS_SOON_DAYS} days`);
}

function faultOfCertificate({ folder }: DataFiles, path: string, now: Date): string[] {
  const name = relative(folder, path);
  if (!existsSync(path)) return [`${name} is missing`];
  const { validFromDate, validToDate } = new X509Certificate(readFileSync(path));
  if (validFromDate > now)
    return [`${name} is not valid before ${validFromDate.toISOString()}: is the clock right?`];
  if (validToDate <= now) return [`${name} ended at ${validToDate.toISOString()}`];
  const days = Math.floor((validToDate.getTime() - now.getTime()) / DAY_MS);
  return days < ENDS_SOON_DAYS ? [`${name} ends in ${days} days; a start renews it`] : [];
}

/** Who else than the user of the data folder may read secrets or databases. */
export function checkPermissions(files: DataFiles): Finding {
  const secrets = join(files.folder, "secrets");
  const folders = [files.folder, ...(existsSync(secrets) ? [secrets, ...subfolders(secrets)] : [])];
  const databases = [files.locations, files.accounts, files.keyRing].filter((path) => existsSync(path));
  const inSecrets = secretFiles(files)
    .filter((path) => path.startsWith("secrets/"))
    .map((path) => join(files.folder, path));
  const owner = statSync(files.folder).uid;
  const open = [...folders, ...databases, ...inSecrets].filter((path) => {
    const { mode, uid } = statSync(path);
    return (mode & 0o007) !== 0 || uid !== owner;
  });
  if (open.length === 0) return fine("permissions", "secrets and databases are private");
  const named = open.slice(0, 5).map((path) => relative(files.folder, path) || files.folder);
  return wrong("permissions", `others may read, or own: ${named.join(", ")}; chmod go= them, or chown them`);
}

function subfolders(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => lstatSync(path).isDirectory());
}

/** Room for what comes, and for the copy before the next migration. */
export function checkDiskSpace(files: DataFiles): Finding {
  const { bavail, bsize } = statfsSync(files.folder);
  const free = bavail * bsize;
  const largest = Math.max(...[files.locations, files.accounts].map(sizeOf));
  const needed = Math.max(MIN_FREE_BYTES, largest + MIN_FREE_BYTES / 4);
  const shown = `${Math.floor(free / MIB)} MiB are free`;
  if (free >= needed) return fine("disk-space", shown);
  return wrong(
    "disk-space",
    `${shown}, ${Math.ceil(needed / MIB)} MiB are needed (reports, and a copy before an update)`,
  );
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
