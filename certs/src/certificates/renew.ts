import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { isIP } from "node:net";
import { issuedFiles, type AuthorityFiles } from "../authority/authority-files.ts";
import { isHost } from "./issue-service.ts";
import { issueLeaf, type Issued } from "./issue-leaf.ts";
import { branchOf, type Kind } from "../authority/issued-index.ts";
import { KEY_BITS, makeKeyPair } from "./key-pair.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { servicePlan, tagPlan } from "./sign-leaf.ts";

/** How to renew a certificate. */
export interface RenewOptions {
  readonly now: Date;
  /** Keep the key pair, for a holder whose key cannot be exchanged. A new one is made otherwise. */
  readonly keepKey?: boolean;
  /** Host names and addresses of a service besides those that it has. */
  readonly hosts?: readonly string[];
  /** Whether a service calls another one; as its former certificate says unless given. */
  readonly clientAuth?: boolean;
}

/**
 * Issues a new certificate with the same names and uses, in the place of the one in the holder's folder. The former one
 * stays valid until it ends or is revoked by its serial number. Refuses "not-issued", "no-authority", "bad-host".
 */
export async function renew(
  authority: AuthorityFiles,
  kind: Kind,
  commonName: string,
  { now, keepKey = false, hosts = [], clientAuth }: RenewOptions,
): Promise<Issued | Refusal> {
  const { chain } = issuedFiles(authority.directory, branchOf(kind), commonName);
  if (!existsSync(chain)) return refuse("not-issued", commonName);
  const bad = hosts.find((host) => !isHost(host));
  if (bad !== undefined) return refuse("bad-host", bad);
  const former = new X509Certificate(readFileSync(chain));
  // A key that is kept need not be here: the former certificate has its public half.
  const keys = keepKey ? { publicKey: former.publicKey, privateKey: undefined } : await makeKeyPair(KEY_BITS);
  const plan =
    kind === "tag"
      ? tagPlan(commonName, keys.publicKey)
      : servicePlan(
          commonName,
          keys.publicKey,
          [...new Set([...hostsOf(former), ...hosts])],
          clientAuth ?? isForClients(former),
        );
  return issueLeaf(authority, plan, keys.privateKey, now);
}

/** id-kp-clientAuth (RFC 5280, section 4.2.1.12); node:crypto gives extended key usages as numbers. */
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

function isForClients({ keyUsage }: X509Certificate): boolean {
  return (keyUsage ?? []).includes(CLIENT_AUTH);
}

/** The hosts of "DNS:localhost, IP Address:127.0.0.1". No host that was issued needs quoting. */
function hostsOf(certificate: X509Certificate): string[] {
  const names = (certificate.subjectAltName ?? "").split(", ");
  return names.map((name) => name.slice(name.indexOf(":") + 1));
}

/** Why a certificate wants renewal, or that it does not. */
export type Need = "missing" | "not-yet-valid" | "ends-soon" | "lacks-host" | "lacks-use" | "none";

/** For what a service's certificate has to do. */
export interface ServiceWants {
  readonly hosts: readonly string[];
  /** Whether the service calls another one; whatever it says unless given. */
  readonly clientAuth?: boolean;
  /** How many days more it has to hold. */
  readonly days: number;
}

/** What a service's certificate needs. One that says more than the service wants is left until it is renewed. */
export function serviceNeeds(
  directory: string,
  name: string,
  { hosts, clientAuth = false, days }: ServiceWants,
  now: Date,
): Need {
  const { chain } = issuedFiles(directory, "services", name);
  if (!existsSync(chain)) return "missing";
  const pem = readFileSync(chain, "utf8");
  const certificate = new X509Certificate(pem);
  if (certificatesIn(pem).some(({ validFromDate }) => validFromDate > now)) return "not-yet-valid";
  if (certificate.validToDate.getTime() - now.getTime() < days * 86_400_000) return "ends-soon";
  if (clientAuth && !isForClients(certificate)) return "lacks-use";
  return hosts.every((host) => names(certificate, host)) ? "none" : "lacks-host";
}

/** The leaf, and those of its issuers that are sent with it. */
function certificatesIn(pem: string): X509Certificate[] {
  const [, ...blocks] = pem.split("-----BEGIN CERTIFICATE-----");
  return blocks.map((block) => new X509Certificate(`-----BEGIN CERTIFICATE-----${block}`));
}

function names(certificate: X509Certificate, host: string): boolean {
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
}
