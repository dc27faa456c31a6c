import { PUBLIC_MODE, replaceFile } from "@purrimeter/certs/write-file";
import { fileURLToPath } from "node:url";
import type { DataFiles, ServiceName } from "./data-files.ts";
import type { SecretsOf } from "./secrets-of.ts";
import type { ServiceSpec } from "./service-process.ts";

/** Issuer and audience of the tokens; both ends are ours. */
const TOKENS = { issuer: "https://purrimeter.local/auth", audience: "purrimeter" } as const;

/** Where a service listens. */
export interface Address {
  readonly host: string;
  /** 0: any. */
  readonly port: number;
}

/** Accounts and tokens; only the gateway calls it, so it listens on this machine only. */
export function authSpec(files: DataFiles, secrets: SecretsOf): ServiceSpec {
  return spec(
    files,
    "auth",
    { host: "127.0.0.1", port: 0 },
    {
      secrets: secrets("auth"),
      database: files.accounts,
      tls: { certificate: files.serviceChain("auth"), authority: files.authority.branches.services.anchor },
      ...TOKENS,
    },
  );
}

/** What tags connect to. */
export function bridgeSpec(
  files: DataFiles,
  secrets: SecretsOf,
  address: Address,
  retentionDays: number,
): ServiceSpec {
  const { anchor, revoked } = files.authority.branches.tags;
  return spec(files, "bridge", address, {
    secrets: secrets("bridge"),
    database: files.locations,
    keyRing: files.keyRing,
    tls: { certificate: files.serviceChain("bridge"), clientAuthority: anchor, revoked },
    retentionDays,
  });
}

/** What owners connect to. */
export function cloudApiSpec(
  files: DataFiles,
  secrets: SecretsOf,
  address: Address,
  retentionDays: number,
  authPort: number,
): ServiceSpec {
  return spec(files, "cloud-api", address, {
    secrets: secrets("cloud-api"),
    database: files.locations,
    keyRing: files.keyRing,
    tls: { certificate: files.serviceChain("cloud-api") },
    auth: {
      url: `https://localhost:${authPort}`,
      certificate: files.serviceChain("cloud-api"),
      authority: files.authority.branches.services.anchor,
    },
    ...TOKENS,
    retentionDays,
  });
}

/**
 * Mebibytes of V8's nursery, of which it may hold three; its default of 16 makes three idle processes 60 MiB larger.
 * The bridge decodes tens of thousands of fixes a second, the others answer requests.
 */
const SEMI_SPACE_MIB: Readonly<Record<ServiceName, number>> = { auth: 2, bridge: 8, "cloud-api": 2 };

function spec(files: DataFiles, name: ServiceName, { host, port }: Address, rest: object): ServiceSpec {
  const configure = (actual: number): string => {
    replaceFile(
      files.config(name),
      `${JSON.stringify({ host, port: actual, ...rest }, null, 2)}\n`,
      PUBLIC_MODE,
    );
    return files.config(name);
  };
  const main = fileURLToPath(import.meta.resolve(`@purrimeter/${name}/main`));
  const flags = [`--max-semi-space-size=${SEMI_SPACE_MIB[name]}`];
  return {
    name,
    main,
    credentials: files.secrets(name),
    port,
    configure,
    flags,
    compileCache: files.compileCache,
  };
}
