import { issuedFiles } from "@purrimeter/certs/authority-files";
import { initAuthority } from "@purrimeter/certs/init-authority";
import { issueService } from "@purrimeter/certs/issue-service";
import { describeRefusal, isRefusal } from "@purrimeter/certs/refusal";
import { renew, serviceNeeds } from "@purrimeter/certs/renew";
import { writeRevocationLists } from "@purrimeter/certs/revoke";
import { makeFolder, PUBLIC_MODE, replaceFile } from "@purrimeter/certs/write-file";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DATA_FORMAT, type DataFiles, type ServiceName } from "./data-files.ts";
import { failed, isFailure, type Failure } from "../terminal/failure.ts";
import { checkSecrets, generatedSecrets, makeSecrets, missingSecrets } from "./prepare-secrets.ts";

/** A data folder that is complete. */
export interface PreparedData {
  /** Whether this call made it. */
  readonly created: boolean;
}

export interface PrepareOptions {
  readonly now: Date;
  /** Host names and addresses by which tags and owners reach this machine, besides localhost. */
  readonly hosts: readonly string[];
  /** Whether secrets must be the operator's own: none is made, and those that were generated are refused. */
  readonly ownSecrets?: boolean;
}

/** The services, each with whether it is another one's client. */
const SERVICES: readonly { readonly name: ServiceName; readonly clientAuth: boolean }[] = [
  { name: "auth", clientAuth: false },
  { name: "bridge", clientAuth: false },
  { name: "cloud-api", clientAuth: true },
];

/** Services are restarted more often than this. */
const RENEW_DAYS = 30;

/**
 * Makes the authority, the secrets and the services' certificates of a new data folder; in one that is complete, only
 * renews certificates that end soon or lack a host. A first start that broke off is continued by the next.
 * File system errors are thrown.
 */
export async function prepareData(
  files: DataFiles,
  options: PrepareOptions,
): Promise<PreparedData | Failure> {
  const opened = openData(files);
  if (opened !== undefined && isFailure(opened)) return opened;
  const created = opened === undefined;
  const refused = options.ownSecrets === true ? refuseGenerated(files) : undefined;
  if (refused !== undefined) return refused;
  for (const folder of [files.folder, files.run, files.log]) makeFolder(folder);
  const inVault = existsSync(files.vault);
  const failure = created
    ? await createAuthority(files, options.now)
    : inVault
      ? undefined
      : checkSecrets(files);
  if (failure !== undefined) return failure;
  if (created && !inVault) makeSecrets(files);
  const certified = await certifyServices(files, options);
  if (certified !== undefined) return certified;
  if (created) replaceFile(files.format, `${JSON.stringify({ format: DATA_FORMAT })}\n`, PUBLIC_MODE);
  return { created };
}

/** What keeps a folder from production; a Vault is asked by the services themselves. */
function refuseGenerated(files: DataFiles): Failure | undefined {
  const generated = generatedSecrets(files);
  if (generated.length > 0)
    return failed(
      `production mode refuses keys that purrimeter generated: ${generated.join(", ")} in ${join(files.folder, "secrets")}; ` +
        "put your own in their place, or give --allow-generated-keys",
    );
  const missing = existsSync(files.vault) ? [] : missingSecrets(files);
  if (missing.length === 0) return undefined;
  return failed(
    `production mode makes no keys: put your own ${missing.join(", ")} into ${join(files.folder, "secrets")}, ` +
      "or give --allow-generated-keys",
  );
}

/** The data folder if it is complete and of our format; undefined when it is new. */
export function openData(files: DataFiles): DataFiles | Failure | undefined {
  if (!existsSync(files.format)) return undefined;
  const format = formatOf(readFileSync(files.format, "utf8"));
  if (format === undefined) return failed(`${files.format} is damaged; restore it from a backup`);
  if (format > DATA_FORMAT)
    return failed(
      `${files.folder} was made by a newer purrimeter (format ${format}; this one knows ${DATA_FORMAT}): update purrimeter`,
    );
  return files;
}

/** The format that the file names; undefined when it names none. */
function formatOf(json: string): number | undefined {
  try {
    const { format } = JSON.parse(json) as { readonly format?: unknown };
    return typeof format === "number" ? format : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

async function createAuthority(files: DataFiles, now: Date): Promise<Failure | undefined> {
  if (existsSync(files.authority.authority)) return undefined;
  const authority = await initAuthority(files.certs, now);
  return isRefusal(authority) ? failed(describeRefusal(authority)) : undefined;
}

async function certifyServices(files: DataFiles, options: PrepareOptions): Promise<Failure | undefined> {
  for (const { name, clientAuth } of SERVICES) {
    const failure = await certifyService(files, name, clientAuth, options);
    if (failure !== undefined) return failure;
  }
  const lists = writeRevocationLists(files.certs, options.now);
  return isRefusal(lists) ? failed(describeRefusal(lists)) : undefined;
}

async function certifyService(
  files: DataFiles,
  name: ServiceName,
  clientAuth: boolean,
  { now, hosts }: PrepareOptions,
): Promise<Failure | undefined> {
  takeServiceKey(files, name);
  const need = serviceNeeds(files.certs, name, hosts, RENEW_DAYS, now);
  const keyless = !existsSync(files.secret(name, "tls-key.pem"));
  if (need === "none" && !keyless) return undefined;
  const issued =
    need === "missing"
      ? await issueService(files.certs, name, { now, hosts, clientAuth })
      : await renew(files.certs, "service", name, { now, hosts });
  if (isRefusal(issued)) return failed(describeRefusal(issued));
  takeServiceKey(files, name);
  return undefined;
}

/** Moves a service's new key to its secrets: it lies in one place only. Does nothing when it is there already. */
export function takeServiceKey(files: DataFiles, name: ServiceName): void {
  const { key, keyDer } = issuedFiles(files.certs, "services", name);
  if (!existsSync(key)) return;
  makeFolder(files.secrets(name));
  renameSync(key, files.secret(name, "tls-key.pem"));
  rmSync(keyDer, { force: true });
}
