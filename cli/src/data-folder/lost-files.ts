import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DataFiles } from "./data-files.ts";
import { readDataFormat, writeDataFormat, type DataFormat, type DataName } from "./data-format.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";

const ALL: readonly DataName[] = ["accounts.db", "locations.db", "owners.keys"];

/** Which of the files of owners' data are there. */
function presentFiles({ folder }: DataFiles): DataName[] {
  return ALL.filter((name) => existsSync(join(folder, name)));
}

/** A file that the folder has had is not made anew by a start: it would hide that everything in it is gone. */
export function refuseLostFile(files: DataFiles, format: DataFormat | undefined): Failure | undefined {
  if (format === undefined) return undefined;
  const present = presentFiles(files);
  const lost = (format.files ?? expectedOf(present)).find((name) => !present.includes(name));
  if (lost === undefined) return undefined;
  return failed(
    `${join(files.folder, lost)} is missing, and the folder has had one: restore its newest copy from a backup` +
      (lost === "owners.keys"
        ? ', or give up what its keys sealed with "purrimeter keys forget --lost"'
        : LOSS_HELP),
  );
}

const LOSS_HELP = ", or start once with --accept-loss";

/** In a folder of an earlier purrimeter, which did not note what it has: its services made both databases at one start. */
function expectedOf(present: readonly DataName[]): readonly DataName[] {
  return present.length === 0 ? [] : ["accounts.db", "locations.db"];
}

/** Notes which files there are now, so that none of them is made anew, and whose they are. */
export function recordFiles(files: DataFiles): Failure | undefined {
  const format = readDataFormat(files);
  if (format === undefined || isFailure(format)) return format;
  const present = presentFiles(files);
  const names = ALL.filter((name) => format.files?.includes(name) || present.includes(name));
  if (format.installation === undefined || names.length !== format.files?.length)
    writeDataFormat(files, { ...format, installation: format.installation ?? randomUUID(), files: names });
  return undefined;
}

/** What was lost may be made anew. */
export function forgetLostFiles(files: DataFiles): void {
  const format = readDataFormat(files);
  if (format === undefined || isFailure(format) || format.files === undefined) return;
  const present = presentFiles(files);
  writeDataFormat(files, { ...format, files: format.files.filter((name) => present.includes(name)) });
}

/** What the configuration of a service with that database says of it, besides where it is. */
interface DatabaseConfig {
  readonly installation?: string;
  readonly databaseMustExist?: boolean;
}

/** Read anew for each start of a service: a database that is there at the first one has to be there at the next. */
export function databaseOf(files: DataFiles, name: DataName): DatabaseConfig {
  const format = readDataFormat(files);
  if (format === undefined || isFailure(format)) return {};
  const { installation, files: present = [] } = format;
  if (installation === undefined) return {};
  return { installation, databaseMustExist: present.includes(name) };
}
