import { authorityFiles, issuedFiles, type AuthorityFiles } from "@purrimeter/certs/authority-files";
import { join, resolve } from "node:path";

/** The processes that `start` runs. */
export type ServiceName = "auth" | "bridge" | "cloud-api";

/** Whoever has a folder of secrets: the services, and the operator's own commands. */
export type SecretHolder = ServiceName | "operator";

/** Version of the data folder's layout. A newer one is refused, not guessed at. */
export const DATA_FORMAT = 1;

/** Where everything lies under the data folder; nothing here says that it exists. */
export interface DataFiles {
  readonly folder: string;
  /** Says which format the folder has; written last, so that a folder without it was never complete. */
  readonly format: string;
  readonly certs: string;
  readonly authority: AuthorityFiles;
  readonly locations: string;
  readonly accounts: string;
  readonly keyRing: string;
  readonly run: string;
  readonly log: string;
  /** Mail that no server is told to send; mode 0700. */
  readonly outbox: string;
  readonly compileCache: string;
  /** Where secrets are in a Vault, if they are. */
  readonly vault: string;
  /** A rotation of owners' keys that is under way. */
  readonly keyRotation: string;
  /** Folder of a process's secrets. */
  secrets(holder: SecretHolder): string;
  secret(holder: SecretHolder, name: string): string;
  /** Leaf and issuer, PEM. */
  serviceChain(service: ServiceName): string;
  config(service: ServiceName): string;
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
    authority: authorityFiles(certs),
    locations: join(folder, "locations.db"),
    accounts: join(folder, "accounts.db"),
    keyRing: join(folder, "owners.keys"),
    run,
    log: join(folder, "log"),
    outbox: join(folder, "outbox"),
    compileCache: join(run, "compile-cache"),
    vault: join(folder, "vault.json"),
    keyRotation: join(run, "key-rotation.json"),
    secrets: (holder) => join(folder, "secrets", holder),
    secret: (holder, name) => join(folder, "secrets", holder, name),
    serviceChain: (service) => issuedFiles(certs, "services", service).chain,
    config: (service) => join(run, `${service}.json`),
  };
}
