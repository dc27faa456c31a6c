import { join } from "node:path";

/** The intermediates: each signs one kind of certificate and nothing else. */
export type Branch = "tags" | "services";

export const BRANCHES: readonly Branch[] = ["tags", "services"];

/** Paths of one intermediate. */
interface BranchFiles {
  /** Private key, PKCS#8 PEM, 0600. */
  readonly key: string;
  /** The intermediate's certificate, signed by the root: goes into chains. */
  readonly certificate: string;
  /**
   * The same name and key, signed by itself: what a server trusts that admits this branch only. Trusting the root
   * would admit the other branch as well, since a client may send any intermediate along.
   */
  readonly anchor: string;
  /** The revocation list, PEM. */
  readonly revoked: string;
}

/** Paths of an authority's files; nothing here says that they exist. */
export interface AuthorityFiles {
  /** What the caller named, usually DIR/certs. */
  readonly directory: string;
  /** Certificates and revocation lists of root and intermediates. */
  readonly authority: string;
  /** The intermediates' private keys, in a folder of their own: who has them issues certificates. */
  readonly keys: string;
  /** The root's certificate: what tags and owners' programs trust. */
  readonly root: string;
  /** JSON lines, one for every certificate issued or revoked. */
  readonly index: string;
  readonly branches: Readonly<Record<Branch, BranchFiles>>;
}

/** Where an authority under `directory` keeps its files, and its private keys in `keys`. The root's key is in neither. */
export function authorityFiles(directory: string, keys = join(directory, "keys")): AuthorityFiles {
  const authority = join(directory, "authority");
  return {
    directory,
    authority,
    keys,
    root: join(authority, "root.pem"),
    index: join(directory, "issued.jsonl"),
    branches: {
      tags: branchFiles(authority, keys, "tags"),
      services: branchFiles(authority, keys, "services"),
    },
  };
}

function branchFiles(authority: string, keys: string, branch: Branch): BranchFiles {
  return {
    key: join(keys, `${branch}.key.pem`),
    certificate: join(authority, `${branch}.pem`),
    anchor: join(authority, `${branch}-anchor.pem`),
    revoked: join(authority, `${branch}.crl.pem`),
  };
}

/** Paths of one issued certificate. */
export interface IssuedFiles {
  /** `certs/tags/ID` or `certs/services/NAME`, 0700. */
  readonly folder: string;
  /** Leaf and issuer, PEM, in this order: Moddable's TLS refuses a lone leaf. */
  readonly chain: string;
  /** The leaf alone, DER. */
  readonly leafDer: string;
  /** The issuer alone, DER. */
  readonly issuerDer: string;
  /** Private key, PKCS#8 PEM, 0600. */
  readonly key: string;
  /** The same key, PKCS#8 DER, 0600, as boards read it. */
  readonly keyDer: string;
  /** The root, PEM: what the holder trusts. */
  readonly authority: string;
  /** The root, DER. */
  readonly authorityDer: string;
}

/** Where the certificate of a tag or service lies. */
export function issuedFiles(directory: string, branch: Branch, commonName: string): IssuedFiles {
  return filesIn(join(directory, branch, commonName));
}

/** The files of an issued certificate in the folder that holds them. */
export function filesIn(folder: string): IssuedFiles {
  return {
    folder,
    chain: join(folder, "chain.pem"),
    leafDer: join(folder, "certificate.der"),
    issuerDer: join(folder, "issuer.der"),
    key: join(folder, "key.pem"),
    keyDer: join(folder, "key.der"),
    authority: join(folder, "authority.pem"),
    authorityDer: join(folder, "authority.der"),
  };
}
