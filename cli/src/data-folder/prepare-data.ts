import { takeIssuerKeys } from "@purrimeter/certs/issuer-keys";
import { makeFolder } from "@purrimeter/certs/write-file";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { forgetLostFiles, refuseLostFile } from "./lost-files.ts";
import { certifyServices, createAuthority, type CertifyOptions } from "./certify-services.ts";
import type { DataFiles } from "./data-files.ts";
import { readDataFormat, writeDataFormat, type DataFormat } from "./data-format.ts";
import { generatedSecrets, makeSecrets, missingSecrets, pathOf, secretCopies } from "./prepare-secrets.ts";
import { findRootKey } from "./find-root-key.ts";
import type { RootKeyPlace } from "./root-key-out.ts";
import { takeMail } from "./take-mail.ts";
import { takeSmtpPassword } from "./take-smtp-password.ts";
import { takeTagKeys } from "./tag-keys.ts";
import type { Holders } from "./secret-holder.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";

/** A data folder that is complete. */
export interface PreparedData {
  /** Whether this call made it. */
  readonly created: boolean;
}

export interface PrepareOptions extends CertifyOptions {
  /** Whether secrets must be the operator's own: none is made, and those that were generated are refused. */
  readonly ownSecrets?: boolean;
  /** Whether a file that the folder has had may be made anew. */
  readonly acceptLoss?: boolean;
  /** Where the root's key goes when this call makes the authority, or finds the key where an earlier version left it. */
  readonly rootKey?: RootKeyPlace;
  /** Told the names of the services whose certificates are new. */
  readonly onCertified?: (services: readonly string[]) => void;
  /** Told what was moved from where an earlier version had it, as a line for people. */
  readonly onMoved?: (what: string) => void;
}

/**
 * Makes the authority, the secrets and the services' certificates of a new data folder. In one that is complete, makes
 * those of services that are new, and renews certificates that end soon or lack a host. A first start that broke off is
 * continued by the next. File system errors are thrown.
 */
export async function prepareData(
  files: DataFiles,
  holders: Holders,
  options: PrepareOptions,
): Promise<PreparedData | Failure> {
  const format = readDataFormat(files);
  if (format !== undefined && isFailure(format)) return format;
  const created = format === undefined;
  const refused =
    (options.acceptLoss === true ? undefined : refuseLostFile(files, format)) ??
    refuseLost(files, holders, format) ??
    refuseForProduction(files, holders, options);
  if (refused !== undefined) return refused;
  for (const folder of [files.folder, files.run, files.log]) makeFolder(folder);
  const failure = await createAuthority(files, options.now, options.rootKey);
  if (failure !== undefined) return failure;
  const beside = options.ownSecrets === true ? findRootKey(files) : undefined;
  if (beside !== undefined)
    return failed(
      `production mode refuses a root key beside the data: move ${beside} away from this machine`,
    );
  takeFormerFiles(files, options);
  if (!secretsAreInVault(files)) makeSecrets(files, holders);
  const certified = await certifyServices(files, holders.services, options);
  if (isFailure(certified)) return certified;
  options.onCertified?.(certified);
  recordSecrets(files, holders, format);
  if (options.acceptLoss === true) forgetLostFiles(files);
  return { created };
}

/** Moves what an earlier version had in other places. */
function takeFormerFiles(files: DataFiles, { onMoved }: PrepareOptions): void {
  takeIssuerKeys(files.authority);
  takeTagKeys(files);
  takeMail(files);
  const moved = takeSmtpPassword(files);
  if (moved !== undefined) onMoved?.(moved);
}

/** A Vault is asked by the services themselves; here nothing is known of what it holds. */
function secretsAreInVault(files: DataFiles): boolean {
  return existsSync(files.vault);
}

/** A secret that is gone is not made anew: what it locks would be lost for ever without a reason being shown. */
function refuseLost(files: DataFiles, holders: Holders, format: DataFormat | undefined): Failure | undefined {
  if (format === undefined || secretsAreInVault(files)) return undefined;
  const lost = missingSecrets(files, holders).find((copy) => format.secrets.includes(copy));
  if (lost === undefined) return undefined;
  return failed(`the secret ${pathOf(files, lost)} is missing; restore it from a backup`);
}

/** What keeps a folder from production. */
function refuseForProduction(
  files: DataFiles,
  holders: Holders,
  { ownSecrets = false }: PrepareOptions,
): Failure | undefined {
  if (!ownSecrets) return undefined;
  const generated = generatedSecrets(files, holders);
  if (generated.length > 0)
    return failed(
      `production mode refuses keys that purrimeter generated: ${generated.join(", ")} in ${join(files.folder, "secrets")}; ` +
        "put your own in their place, or give --allow-generated-keys",
    );
  const missing = secretsAreInVault(files) ? [] : missingSecrets(files, holders);
  if (missing.length === 0) return undefined;
  return failed(
    `production mode makes no keys: put your own ${missing.join(", ")} into ${join(files.folder, "secrets")}, ` +
      "or give --allow-generated-keys",
  );
}

/** The file is not touched when nothing is new: an older purrimeter may have written it. */
function recordSecrets(files: DataFiles, holders: Holders, format: DataFormat | undefined): void {
  const former = format?.secrets ?? [];
  const added = secretCopies(holders).filter((copy) => !former.includes(copy));
  const fresh = { installation: randomUUID(), files: [] };
  if (format === undefined || added.length > 0)
    writeDataFormat(files, { ...(format ?? fresh), secrets: [...former, ...added] });
}
