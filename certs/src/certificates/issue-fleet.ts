import type { AuthorityFiles } from "../authority/authority-files.ts";
import { loadIssuer } from "../authority/issuer.ts";
import { isTagId } from "./issue-tag.ts";
import { KEY_BITS, makeKeyPair, privateKeyPem } from "./key-pair.ts";
import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import { signLeaves, tagPlan } from "./sign-leaf.ts";

/** Certificates of simulated tags, all for one key pair, in memory. */
export interface Fleet {
  /** The key of every member, PKCS#8 PEM. */
  readonly keyPem: string;
  /** The root, PEM: what the members trust. */
  readonly authorityPem: string;
  readonly members: readonly FleetMember[];
}

interface FleetMember {
  readonly tag: string;
  /** Leaf and issuer, PEM. */
  readonly chainPem: string;
  readonly serial: string;
}

/**
 * Issues certificates for many tags at once without a file for each: making 1,000 key pairs would take minutes.
 * Refuses "no-authority" and "bad-tag-id".
 */
export async function issueFleet(
  authority: AuthorityFiles,
  tags: readonly string[],
  now: Date,
): Promise<Fleet | Refusal> {
  const bad = tags.find((tag) => !isTagId(tag));
  if (bad !== undefined) return refuse("bad-tag-id", bad);
  const issuer = loadIssuer(authority, "tags");
  if (isRefusal(issuer)) return issuer;
  const { privateKey, publicKey } = await makeKeyPair(KEY_BITS);
  const plans = tags.map((tag) => tagPlan(tag, publicKey));
  const members = signLeaves(authority.directory, issuer, plans, now).map(({ chainPem, record }) => ({
    tag: record.commonName,
    chainPem,
    serial: record.serial,
  }));
  return { keyPem: privateKeyPem(privateKey), authorityPem: issuer.root.toString(), members };
}
