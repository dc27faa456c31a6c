import type { KeyObject } from "node:crypto";
import { issuedFiles, type AuthorityFiles, type IssuedFiles } from "../authority/authority-files.ts";
import { branchOf } from "../authority/issued-index.ts";
import { loadIssuer } from "../authority/issuer.ts";
import { isRefusal, type Refusal } from "../refusal.ts";
import { signLeaves, type LeafPlan } from "./sign-leaf.ts";
import { writeIssued } from "./write-issued.ts";

/** A certificate that lies in its folder. */
export interface Issued extends IssuedFiles {
  readonly commonName: string;
  /** Hexadecimal, upper case. */
  readonly serial: string;
  readonly notAfter: Date;
}

/**
 * Signs one leaf, notes it, and writes its folder, with its private key where it is here; what the folder held is gone.
 * Refuses "no-authority".
 */
export function issueLeaf(
  authority: AuthorityFiles,
  plan: LeafPlan,
  privateKey: KeyObject | undefined,
  now: Date,
): Issued | Refusal {
  const branch = branchOf(plan.kind);
  const issuer = loadIssuer(authority, branch);
  if (isRefusal(issuer)) return issuer;
  const [leaf] = signLeaves(authority.directory, issuer, [plan], now);
  if (leaf === undefined) throw new Error("Nothing was signed");
  const files = issuedFiles(authority.directory, branch, plan.commonName);
  writeIssued(files, issuer, leaf, privateKey);
  return {
    ...files,
    commonName: plan.commonName,
    serial: leaf.record.serial,
    notAfter: new Date(leaf.record.notAfter),
  };
}
