import { PUBLIC_MODE, replaceFile } from "@purrimeter/certs/write-file";
import { isIP } from "node:net";
import { fileURLToPath } from "node:url";
import type { DataFiles, ServiceName } from "../data-folder/data-files.ts";
import type { SecretsOf } from "../data-folder/secrets-of.ts";
import type { ServiceSpec } from "./service-process.ts";

/** Issuer and audience of the tokens; both ends are ours. */
const TOKENS = { issuer: "https://purrimeter.local/auth", audience: "purrimeter" } as const;

/** Of the owners' API. */
export const DEFAULT_PORT = 8_443;

/** Where a service listens. */
export interface Address {
  readonly host: string;
  /** 0: any. */
  readonly port: number;
}

/** Where owners' browsers find this machine. */
export interface Pages {
  /** Names and addresses besides localhost. */
  readonly names: readonly string[];
  /** Port of the owners' API; 0: any. */
  readonly port: number;
}

/**
 * Host name and origin of the pages. A passkey is bound to a host name, so an address does not do. With any port the
 * origin is not known yet when the authentication service starts: then links and passkeys are those of the usual port.
 */
function relyingParty({ names, port }: Pages): { id: string; origins: [string] } {
  const id = names.find((name) => isIP(name) === 0) ?? "localhost";
  const actual = port === 0 ? DEFAULT_PORT : port;
  return { id, origins: [actual === 443 ? `https://${id}` : `https://${id}:${actual}`] };
}

/** Accounts and tokens; only the gateway calls it, so it listens on this machine only. Mail goes to a folder. */
export function authSpec(files: DataFiles, secrets: SecretsOf, pages: Pages): ServiceSpec {
  const passkeys = relyingParty(pages);
  return spec(
    files,
    "auth",
    { host: "127.0.0.1", port: 0 },
    {
      secrets: secrets("auth"),
      database: files.accounts,
      tls: { certificate: files.serviceChain("auth"), authority: files.authority.branches.services.anchor },
      ...TOKENS,
      passkeys,
      mail: {
        outbox: files.outbox,
        from: `Purrimeter <no-reply@${passkeys.id}>`,
        linkBase: `${passkeys.origins[0]}/`,
      },
    },
  );
}

/** What tags connect to. `tls12Port`: of a second listener, for boards whose TLS ends at 1.2. */
export function bridgeSpec(
  files: DataFiles,
  secrets: SecretsOf,
  address: Address,
  retentionDays: number,
  tls12Port?: number,
): ServiceSpec {
  const { anchor, revoked } = files.authority.branches.tags;
  return spec(files, "bridge", address, {
    secrets: secrets("bridge"),
    database: files.locations,
    keyRing: files.keyRing,
    tls: { certificate: files.serviceChain("bridge"), clientAuthority: anchor, revoked },
    ...(tls12Port === undefined ? {} : { tls12: { port: tls12Port } }),
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
