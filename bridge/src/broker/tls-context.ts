import { constants } from "node:crypto";
import type { TlsOptions } from "node:tls";

/** PEM. */
export interface TlsFiles {
  /** The bridge's certificate and its issuer's. */
  readonly certificate: string;
  readonly key: string;
  /** Whoever signs tags; nobody else's certificates are taken. */
  readonly clientAuthority: string;
  /** Revocation lists, one for every authority in a tag's chain. */
  readonly revoked?: string | undefined;
}

/** Which TLS a listener speaks; never more than one. */
export type TlsVersion = "1.3" | "1.2";

/**
 * Boards know no others. The hybrid with ML-KEM-768 that OpenSSL would prefer keeps 8 KiB a connection and sends
 * 2.2 KB more in a handshake.
 */
const CURVES = "X25519:P-256";

/** Forward secret and authenticated (RFC 7540, appendix A, forbids all others of TLS 1.2); 128 bits first: boards pay for 256. */
const CIPHERS_1_2 = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
].join(":");

/** No SHA-1: TLS 1.2 would allow it to sign a handshake. */
const SIGNATURES_1_2 = [
  "ECDSA+SHA256",
  "rsa_pss_rsae_sha256",
  "RSA+SHA256",
  "ECDSA+SHA384",
  "rsa_pss_rsae_sha384",
  "RSA+SHA384",
  "rsa_pss_rsae_sha512",
  "RSA+SHA512",
].join(":");

/** What a listener's TLS asks of both sides. */
export function tlsContext(files: TlsFiles, version: TlsVersion): TlsOptions {
  return version === "1.3" ? { ...mutual(files), minVersion: "TLSv1.3" } : { ...mutual(files), ...only12() };
}

function mutual({ certificate, key, clientAuthority, revoked }: TlsFiles): TlsOptions {
  const lists = revoked === undefined ? {} : { crl: revoked };
  const peer = { ca: clientAuthority, requestCert: true, rejectUnauthorized: true };
  return { cert: certificate, key, ecdhCurve: CURVES, ...peer, ...lists };
}

/**
 * Tickets of TLS 1.2 are sealed with a key that lives as long as the process, so a session that resumes has no forward
 * secrecy; and a renegotiation lets a client change its certificate in the middle.
 */
function only12(): TlsOptions {
  const { SSL_OP_NO_RENEGOTIATION, SSL_OP_NO_TICKET } = constants;
  return {
    minVersion: "TLSv1.2",
    maxVersion: "TLSv1.2",
    ciphers: CIPHERS_1_2,
    sigalgs: SIGNATURES_1_2,
    honorCipherOrder: true,
    secureOptions: SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET,
  };
}
