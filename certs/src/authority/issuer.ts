import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { AuthorityFiles, Branch } from "./authority-files.ts";
import { takeIssuerKeys } from "./issuer-keys.ts";
import { refuse, type Refusal } from "../refusal.ts";

/** An intermediate that is ready to sign. */
export interface Issuer {
  readonly key: KeyObject;
  readonly commonName: string;
  readonly certificate: X509Certificate;
  readonly root: X509Certificate;
  readonly notAfter: Date;
}

/** Reads the intermediate of a branch. Refuses "no-authority" and "no-issuer-key". */
export function loadIssuer(files: AuthorityFiles, branch: Branch): Issuer | Refusal {
  if (!existsSync(files.authority)) return refuse("no-authority", files.directory);
  takeIssuerKeys(files);
  if (!existsSync(files.branches[branch].key)) return refuse("no-issuer-key", files.branches[branch].key);
  const certificate = new X509Certificate(readFileSync(files.branches[branch].certificate));
  return {
    key: createPrivateKey(readFileSync(files.branches[branch].key)),
    commonName: commonNameOf(certificate),
    certificate,
    root: new X509Certificate(readFileSync(files.root)),
    notAfter: certificate.validToDate,
  };
}

/** Common name of the subject, as node:crypto reads it. */
function commonNameOf(certificate: X509Certificate): string {
  const line = certificate.subject.split("\n").find((part) => part.startsWith("CN="));
  if (line === undefined) throw new Error("A certificate of ours has no common name");
  return line.slice("CN=".length);
}
