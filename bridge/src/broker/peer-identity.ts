import { X509Certificate } from "node:crypto";
import { asTagId, type TagId, type UnixSeconds } from "@purrimeter/protocol/values";

/** Who is at the other end of a TLS connection. */
export interface PeerIdentity {
  readonly tag: TagId;
  /** Serial number of the certificate, upper-case hexadecimal, as revocation lists are compared. */
  readonly serial: string;
}

/** Why a certificate that TLS accepted names no tag. */
export type IdentityFault =
  | "no-certificate"
  | "foreign-issuer"
  | "not-valid-now"
  | "authority"
  | "no-client-usage"
  | "no-tag-name"
  | "revoked";

/** What a certificate is held against besides the chain, which TLS has verified. */
export interface IdentityRules {
  /** From tagIssuers. */
  readonly issuers: readonly X509Certificate[];
  /** Serial numbers as in PeerIdentity. */
  readonly revoked: ReadonlySet<string>;
  readonly now: UnixSeconds;
}

/** id-kp-clientAuth, RFC 5280, 4.2.1.12. */
const CLIENT_AUTH_OID = "1.3.6.1.5.5.7.3.2";

/**
 * The tag that a certificate names: its only common name. Checked again here, because a resumed TLS session
 * is not verified anew, a certificate without usages passes OpenSSL, and a client may send another branch's issuer.
 */
export function identifyPeer(
  certificate: X509Certificate | undefined,
  { issuers, revoked, now }: IdentityRules,
): PeerIdentity | IdentityFault {
  if (certificate === undefined) return "no-certificate";
  if (!issuers.some((issuer) => certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)))
    return "foreign-issuer";
  if (!validAt(certificate, now)) return "not-valid-now";
  if (certificate.ca) return "authority";
  if (!usagesOf(certificate).includes(CLIENT_AUTH_OID)) return "no-client-usage";
  if (revoked.has(certificate.serialNumber)) return "revoked";
  const tag = onlyCommonName(certificate);
  return tag === undefined ? "no-tag-name" : { tag, serial: certificate.serialNumber };
}

/** The certificates of a PEM bundle that sign tags: those that signed no other one of the bundle. */
export function tagIssuers(bundle: string): X509Certificate[] {
  const blocks = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const certificates = blocks.map((block) => new X509Certificate(block));
  const signedNone = (one: X509Certificate): boolean =>
    certificates.every((other) => other.fingerprint256 === one.fingerprint256 || !other.checkIssued(one));
  return certificates.filter(signedNone);
}

function validAt(certificate: X509Certificate, now: UnixSeconds): boolean {
  const atMs = now * 1000;
  return Date.parse(certificate.validFrom) <= atMs && atMs <= Date.parse(certificate.validTo);
}

/** Extended usages as OIDs. Node's types leave out that a certificate may have none. */
function usagesOf(certificate: X509Certificate): readonly string[] {
  return certificate.keyUsage ?? [];
}

function onlyCommonName(certificate: X509Certificate): TagId | undefined {
  // With several common names this is an array, whatever Node's types say.
  const name: unknown = certificate.toLegacyObject().subject.CN;
  return typeof name === "string" ? asTagId(name) : undefined;
}
