import { authorityFiles, issuedFiles, type AuthorityFiles } from "@purrimeter/certs/authority-files";
import { join, resolve } from "node:path";

/** Where everything is under the data folder, whether it exists or not. */
export interface DataFiles {
  readonly folder: string;
  /** Format of the folder; written last, so that a folder without it was never complete. */
  readonly format: string;
  readonly certs: string;
  readonly authority: AuthorityFiles;
  readonly locations: string;
  readonly accounts: string;
  readonly keyRing: string;
  /** Owners that were erased, for a backup that still has them. */
  readonly erasures: string;
  readonly run: string;
  /** The last trusted time of the supervisor. */
  readonly clock: string;
  readonly log: string;
  /** Alarms of all processes, for the one that tells operators. */
  readonly alarms: string;
  /** When the last backup was written, seconds of UTC. */
  readonly lastBackup: string;
  /** What people set; never written by a program. */
  readonly settings: string;
  /** Mail that no server is told to send: addresses and live links. Mode 0700. */
  readonly mail: string;
  /** Folders of mail in earlier versions. */
  readonly formerMail: readonly string[];
  readonly compileCache: string;
  /** Where secrets are in a Vault, if they are. */
  readonly vault: string;
  /** A rotation of owners' keys that is under way. */
  readonly keyRotation: string;
  /** Folder of a process's secrets. */
  secrets(holder: string): string;
  secret(holder: string, name: string): string;
  /** Private key of a tag that has not been provisioned, PKCS#8 PEM. */
  tagKey(tag: string): string;
  /** Leaf and issuer, PEM. */
  serviceChain(service: string): string;
  config(service: string): string;
  /** Process id of a service that is ready, while it runs. */
  pid(service: string): string;
}

/** The layout of a data folder. All paths are absolute. */
export function dataFiles(data: string): DataFiles {
  const folder = resolve(data);
  const certs = join(folder, "certs");
  const run = join(folder, "run");
  return {
    folder,
    format: join(folder, "purrimeter.json"),
    certs,
    authority: authorityFiles(certs, join(folder, "secrets", "authority")),
    locations: join(folder, "locations.db"),
    accounts: join(folder, "accounts.db"),
    keyRing: join(folder, "owners.keys"),
    erasures: join(folder, "erasures.list"),
    run,
    clock: join(run, "clock"),
    log: join(folder, "log"),
    alarms: join(run, "alarms"),
    lastBackup: join(run, "last-backup"),
    settings: join(folder, "config.json"),
    mail: join(folder, "secrets", "mail"),
    formerMail: [join(folder, "mail"), join(folder, "outbox")],
    compileCache: join(run, "compile-cache"),
    vault: join(folder, "vault.json"),
    keyRotation: join(run, "key-rotation.json"),
    secrets: (holder) => join(folder, "secrets", holder),
    secret: (holder, name) => join(folder, "secrets", holder, name),
    tagKey: (tag) => join(folder, "secrets", "tags", `${tag}.pem`),
    serviceChain: (service) => issuedFiles(certs, "services", service).chain,
    config: (service) => join(run, `${service}.json`),
    pid: (service) => join(run, `${service}.pid`),
  };
}
