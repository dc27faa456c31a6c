import type { Settings } from "../configuration/settings-schema.ts";
import type { DataFiles } from "../data-folder/data-files.ts";
import type { CertifiedService, SecretHolder } from "../data-folder/secret-holder.ts";
import type { Failure } from "../terminal/failure.ts";

/** Where a service listens. */
interface Address {
  readonly host: string;
  /** 0: any. */
  readonly port: number;
}

/** What a service's configuration is made from. */
export interface ServiceContext {
  readonly files: DataFiles;
  readonly settings: Settings;
  /** Port of a service that this one comes after. */
  readonly portOf: (service: string) => number;
  /** Where a service that this one comes after tells of its readiness. */
  readonly readinessOf: (service: string) => string;
}

/** What `start` prints about a service that is ready. */
interface Announcement {
  /** Name in the output of `--json`. */
  readonly key: string;
  readonly label: string;
  readonly url: string;
  /** Whether the last line, "ready …", has it too. */
  readonly isMain?: boolean;
  /** What follows the URL for people. */
  readonly note?: string;
}

/**
 * Everything that makes a process of ours: its folder of secrets, its certificate, its configuration file, its place in
 * the order of starts, its role in a Vault and what `start` prints about it all come from here.
 */
export interface ServiceEntry extends CertifiedService {
  /** 1 to 32 of a-z 0-9 -; also the common name of its certificate. */
  readonly name: string;
  /** Path of the main module, which takes `--config FILE` and sends `{type: "ready", port}` when it listens. */
  readonly main: string;
  /** Services that are ready before this one is started. */
  readonly after: readonly string[];
  /** Mebibytes of V8's nursery, of which it may hold three; V8's own default of 16 makes an idle process 20 MiB larger. */
  readonly nurseryMib: number;
  readonly listen: (settings: Settings) => Address;
  /** Its configuration, besides `host`, `port`, `secrets` and `metrics`. */
  readonly configure: (context: ServiceContext) => object;
  /** What the settings ask of the operator's files, and why they cannot be used. */
  readonly check?: (context: CheckContext) => readonly Failure[];
  readonly announce?: (settings: Settings, port: number) => readonly Announcement[];
}

/** What settings are checked against. */
export interface CheckContext extends Pick<ServiceContext, "files" | "settings"> {
  /** UTC: an expired certificate is refused. */
  readonly now: Date;
}

/** All processes, and the operator's own commands. */
export interface ServiceRegistry {
  /** In the order of the output. */
  readonly services: readonly ServiceEntry[];
  readonly operator: SecretHolder;
}
