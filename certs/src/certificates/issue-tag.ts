import { existsSync } from "node:fs";
import { issuedFiles, type AuthorityFiles } from "../authority/authority-files.ts";
import { issueLeaf, type Issued } from "./issue-leaf.ts";
import { KEY_BITS, makeKeyPair, parseKeyPair } from "./key-pair.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { tagPlan } from "./sign-leaf.ts";

/** How to issue a tag's certificate. */
export interface TagOptions {
  readonly now: Date;
  /** RSA private key, PEM, to certify instead of a new one: one key pair may serve a whole simulated fleet. */
  readonly key?: string;
}

/**
 * Issues a tag's certificate, with its key, into the authority's tags/ID. Refuses "no-authority", "bad-tag-id", "bad-key",
 * "already-issued". File system errors are thrown.
 */
export async function issueTag(
  authority: AuthorityFiles,
  tag: string,
  options: TagOptions,
): Promise<Issued | Refusal> {
  if (!isTagId(tag)) return refuse("bad-tag-id", tag);
  if (existsSync(issuedFiles(authority.directory, "tags", tag).folder)) return refuse("already-issued", tag);
  const keys = options.key === undefined ? await makeKeyPair(KEY_BITS) : parseKeyPair(options.key);
  if (keys === undefined) return refuse("bad-key", "the key given");
  return issueLeaf(authority, tagPlan(tag, keys.publicKey), keys.privateKey, options.now);
}

/** Whether the text can be a tag's common name: the same characters as protocol's TagId. */
export function isTagId(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,32}$/.test(text);
}
