import { existsSync } from "node:fs";
import { isFailure } from "../terminal/failure.ts";
import { readDataFormat } from "./data-format.ts";
import type { DataFiles } from "./data-files.ts";
import { OPERATOR } from "./operator.ts";
import { makeShared } from "./prepare-secrets.ts";
import { AUDIT_KEY } from "./secret-specs.ts";

/** Whether the folder has, or had, the key of the audit trails: one of an earlier version has none. */
export function hasAuditKey(files: DataFiles): boolean {
  const format = readDataFormat(files);
  if (existsSync(files.vault) || format === undefined || isFailure(format)) return true;
  return format.secrets.some((copy) => copy.endsWith(`/${AUDIT_KEY.name}`));
}

/**
 * Makes the key of the audit trails for a folder of an earlier version, which never had one: for those who erase from a
 * backup that is being restored. The others get their copies at the next start.
 */
export function makeFirstAuditKey(files: DataFiles): void {
  if (hasAuditKey(files)) return;
  const holders = [OPERATOR.name, "auth"].filter((name) => existsSync(files.secrets(name)));
  makeShared(files, AUDIT_KEY, holders);
}
