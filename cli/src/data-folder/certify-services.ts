import { issuedFiles } from "@purrimeter/certs/authority-files";
import { formerRootKeyFile, takeFormerRootKey } from "@purrimeter/certs/former-root-key";
import { initAuthority } from "@purrimeter/certs/init-authority";
import { issueService } from "@purrimeter/certs/issue-service";
import { renew, serviceNeeds } from "@purrimeter/certs/renew";
import { writeRevocationLists } from "@purrimeter/certs/revoke";
import { makeFolder } from "@purrimeter/certs/write-file";
import { existsSync, renameSync, rmSync } from "node:fs";
import type { DataFiles } from "./data-files.ts";
import { orFailure } from "./or-failure.ts";
import { rootKeyKeeper, type RootKeyPlace } from "./root-key-out.ts";
import type { CertifiedService } from "./secret-holder.ts";
import { isFailure, type Failure } from "../terminal/failure.ts";

/** Services are restarted more often than this. */
const RENEW_DAYS = 30;

/** When and for which hosts certificates are issued. */
export interface CertifyOptions {
  readonly now: Date;
  /** Host names and addresses by which tags and owners reach this machine, besides localhost. */
  readonly hosts: readonly string[];
  /** Whether `now` is believed; it is unless this says no. Otherwise only what is missing is made. */
  readonly isClockTrusted?: boolean;
}

/** Creates the authority of a data folder that has none. The root's key goes to its place and stays nowhere else. */
export async function createAuthority(
  files: DataFiles,
  now: Date,
  rootKey: RootKeyPlace | undefined,
): Promise<Failure | undefined> {
  const isThere = existsSync(files.authority.authority);
  if (isThere && formerRootKeyFile(files.authority) === undefined) return undefined;
  const keepRootKey = rootKeyKeeper(files, rootKey);
  if (isFailure(keepRootKey)) return keepRootKey;
  if (isThere) takeFormerRootKey(files.authority, keepRootKey);
  const authority = isThere ? {} : orFailure(await initAuthority(files.authority, now, keepRootKey));
  return isFailure(authority) ? authority : undefined;
}

/**
 * Issues what certificates the services lack, renews those that end soon, are not yet valid or lack a host, and the revocation
 * lists. Gives the names of the services whose certificates are new.
 */
export async function certifyServices(
  files: DataFiles,
  services: readonly CertifiedService[],
  options: CertifyOptions,
): Promise<readonly string[] | Failure> {
  const changed: string[] = [];
  for (const service of services) {
    const certified = await certifyService(files, service, options);
    if (isFailure(certified)) return certified;
    if (certified.isNew) changed.push(service.name);
  }
  // Their numbers grow with the time.
  const { branches } = files.authority;
  const haveLists = existsSync(branches.tags.revoked) && existsSync(branches.services.revoked);
  if (options.isClockTrusted === false && haveLists) return changed;
  const lists = orFailure(writeRevocationLists(files.authority, options.now));
  return isFailure(lists) ? lists : changed;
}

async function certifyService(
  files: DataFiles,
  { name, callsServices }: CertifiedService,
  { now, hosts, isClockTrusted = true }: CertifyOptions,
): Promise<{ readonly isNew: boolean } | Failure> {
  takeServiceKey(files, name);
  const need = serviceNeeds(files.certs, name, { hosts, clientAuth: callsServices, days: RENEW_DAYS }, now);
  const isUsable = need !== "missing" && existsSync(files.secret(name, "tls-key.pem"));
  if (isUsable && (need === "none" || !isClockTrusted)) return { isNew: false };
  const issued =
    need === "missing"
      ? await issueService(files.authority, name, { now, hosts, clientAuth: callsServices })
      : await renew(files.authority, "service", name, { now, hosts, clientAuth: callsServices });
  takeServiceKey(files, name);
  const outcome = orFailure(issued);
  return isFailure(outcome) ? outcome : { isNew: true };
}

/** Moves a service's new key to its secrets: it lies in one place only. Does nothing when it is there already. */
export function takeServiceKey(files: DataFiles, name: string): void {
  const { key, keyDer } = issuedFiles(files.certs, "services", name);
  if (!existsSync(key)) return;
  makeFolder(files.secrets(name));
  renameSync(key, files.secret(name, "tls-key.pem"));
  rmSync(keyDer, { force: true });
}
