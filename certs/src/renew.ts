import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { issuedFiles } from "./authority-files.ts";
import { issueLeaf, type Issued } from "./issue-leaf.ts";
import { branchOf, type Kind } from "./issued-index.ts";
import { KEY_BITS, makeKeyPair, parseKeyPair, type KeyPair } from "./key-pair.ts";
import { refuse, type Refusal } from "./refusal.ts";
import { servicePlan, tagPlan, type LeafPlan } from "./sign-leaf.ts";

/** How to renew a certificate. */
export interface RenewOptions {
  readonly now: Date;
  /** Keep the key pair, for a holder whose key cannot be exchanged. A new one is made otherwise. */
  readonly keepKey?: boolean;
}

/**
 * Issues a new certificate with the same names and uses, in the place of the one in the holder's folder. The former one
 * stays valid until it ends or is revoked by its serial number. Refuses "not-issued", "no-authority", "bad-key".
 */
export async function renew(
  directory: string,
  kind: Kind,
  commonName: string,
  { now, keepKey = false }: RenewOptions,
): Promise<Issued | Refusal> {
  const files = issuedFiles(directory, branchOf(kind), commonName);
  if (!existsSync(files.chain)) return refuse("not-issued", commonName);
  const keys = keepKey ? parseKeyPair(readFileSync(files.key)) : await makeKeyPair(KEY_BITS);
  if (keys === undefined) return refuse("bad-key", files.key);
  const former = new X509Certificate(readFileSync(files.chain));
  return issueLeaf(directory, samePlan(kind, commonName, keys, former), keys, now);
}

function samePlan(kind: Kind, commonName: string, { publicKey }: KeyPair, former: X509Certificate): LeafPlan {
  if (kind === "tag") return tagPlan(commonName, publicKey);
  return servicePlan(commonName, publicKey, hostsOf(former), (former.keyUsage ?? []).includes(CLIENT_AUTH));
}

/** id-kp-clientAuth (RFC 5280, section 4.2.1.12); node:crypto gives extended key usages as numbers. */
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

/** The hosts of "DNS:localhost, IP Address:127.0.0.1". No host that was issued needs quoting. */
function hostsOf(certificate: X509Certificate): string[] {
  const names = (certificate.subjectAltName ?? "").split(", ");
  return names.map((name) => name.slice(name.indexOf(":") + 1));
}

/** Whether the certificate in the holder's folder ends within `days`, or is not there. */
export function endsWithin(
  directory: string,
  kind: Kind,
  commonName: string,
  days: number,
  now: Date,
): boolean {
  const { chain } = issuedFiles(directory, branchOf(kind), commonName);
  if (!existsSync(chain)) return true;
  const { validToDate } = new X509Certificate(readFileSync(chain));
  return validToDate.getTime() - now.getTime() < days * 86_400_000;
}
