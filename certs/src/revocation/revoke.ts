import { BRANCHES, type AuthorityFiles, type Branch } from "../authority/authority-files.ts";
import { branchOf, noteRevoked, readIssued, type IssuedCertificate } from "../authority/issued-index.ts";
import { loadIssuer, type Issuer } from "../authority/issuer.ts";
import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import { buildRevocationList } from "./revocation-list.ts";
import { PUBLIC_MODE, replaceFile } from "../write-file.ts";

/** What was revoked. */
export interface Revocation {
  readonly revoked: readonly IssuedCertificate[];
}

/**
 * Revokes a certificate by its serial number, or all of a tag or service by its common name, and writes the lists anew.
 * A service that holds a list must read it again before it refuses the certificate.
 */
export function revoke(authority: AuthorityFiles, subject: string, now: Date): Revocation | Refusal {
  const issued = readIssued(authority.directory);
  if (isRefusal(issued)) return issued;
  const meant = issued.filter(
    ({ serial, commonName }) => commonName === subject || serial === subject.toUpperCase(),
  );
  if (meant.length === 0) return refuse("not-issued", subject);
  const revoked = meant.filter(({ revokedAt }) => revokedAt === undefined);
  if (revoked.length === 0) return refuse("already-revoked", subject);
  noteRevoked(
    authority.directory,
    revoked.map(({ serial }) => serial),
    now,
  );
  const lists = writeRevocationLists(authority, now);
  return isRefusal(lists) ? lists : { revoked };
}

/** Writes both revocation lists from the index; gives their paths. */
export function writeRevocationLists(
  authority: AuthorityFiles,
  now: Date,
): { readonly lists: readonly string[] } | Refusal {
  const issued = readIssued(authority.directory);
  if (isRefusal(issued)) return issued;
  const lists: string[] = [];
  for (const branch of BRANCHES) {
    const issuer = loadIssuer(authority, branch);
    if (isRefusal(issuer)) return issuer;
    const path = authority.branches[branch].revoked;
    replaceFile(path, revocationList(branch, issuer, issued, now), PUBLIC_MODE);
    lists.push(path);
  }
  return { lists };
}

function revocationList(
  branch: Branch,
  issuer: Issuer,
  issued: readonly IssuedCertificate[],
  now: Date,
): string {
  const revoked = issued.flatMap(({ kind, serial, revokedAt }) =>
    branchOf(kind) === branch && revokedAt !== undefined ? [{ serial, revokedAt: new Date(revokedAt) }] : [],
  );
  // The list lies beside those who read it and is replaced at once: it holds as long as its issuer does, because a late beginning
  // (by a clock that was ahead) or an early end would only shut every tag out.
  return buildRevocationList({
    issuer: issuer.commonName,
    issuerKey: issuer.key,
    revoked,
    now,
    thisUpdate: issuer.certificate.validFromDate,
    nextUpdate: issuer.notAfter,
  });
}
