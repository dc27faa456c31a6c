import type { TLSSocket } from "node:tls";
import { errorCode } from "../log/log.ts";

/** Why a TLS handshake failed: a code of Node or OpenSSL, and what it means. Constants, so both may be logged. */
export interface TlsFailure {
  /** "CERT_HAS_EXPIRED", "ERR_SSL_NO_SHARED_CIPHER"; "unknown" when there is none. */
  readonly code: string;
  readonly reason: string;
}

const UNKNOWN_AUTHORITY = "unknown authority";
const NOT_TLS = "not TLS";
const NO_SHARED_VERSION = "no shared TLS version";
const OURS_REFUSED = "the peer does not accept our certificate";

/** Codes of X.509 verification (OpenSSL's x509_vfy.h without the prefix), of TLS, and of Node. */
const REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "certificate has expired",
  CERT_NOT_YET_VALID: "certificate is not yet valid: is the clock right?",
  CERT_REVOKED: "certificate is revoked",
  CERT_SIGNATURE_FAILURE: "certificate has a wrong signature",
  CERT_UNTRUSTED: UNKNOWN_AUTHORITY,
  CERT_CHAIN_TOO_LONG: "certificate chain is too long",
  CRL_HAS_EXPIRED: "revocation list has expired",
  CRL_NOT_YET_VALID: "revocation list is not yet valid: is the clock right?",
  UNABLE_TO_GET_CRL: "no revocation list for its authority",
  INVALID_PURPOSE: "certificate is for another purpose",
  INVALID_CA: UNKNOWN_AUTHORITY,
  HOSTNAME_MISMATCH: "certificate is for another name",
  ERR_TLS_CERT_ALTNAME_INVALID: "certificate is for another name",
  // Node's own value for a peer that shows none.
  UNABLE_TO_GET_ISSUER_CERT: "no certificate, or unknown authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: "no certificate",
  ERR_SSL_NO_SHARED_CIPHER: "no shared cipher",
  ERR_SSL_NO_SHARED_GROUP: "no shared key exchange",
  ERR_SSL_NO_SUITABLE_KEY_SHARE: "no shared key exchange",
  ERR_SSL_NO_SHARED_SIGNATURE_ALGORITHMS: "no shared signature algorithm",
  ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM: "no shared signature algorithm",
  ERR_SSL_UNSUPPORTED_PROTOCOL: NO_SHARED_VERSION,
  ERR_SSL_VERSION_TOO_LOW: NO_SHARED_VERSION,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: NO_SHARED_VERSION,
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  ERR_SSL_HTTP_REQUEST: NOT_TLS,
  ERR_SSL_HTTPS_PROXY_REQUEST: NOT_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_TLS,
  ERR_SSL_UNEXPECTED_MESSAGE: NOT_TLS,
  ERR_SSL_BAD_RECORD_TYPE: NOT_TLS,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: OURS_REFUSED,
  ERR_SSL_TLSV1_UNKNOWN_CA: OURS_REFUSED,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: OURS_REFUSED,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: OURS_REFUSED,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: OURS_REFUSED,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: OURS_REFUSED,
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: OURS_REFUSED,
  ERR_SSL_TLSV1_ALERT_ACCESS_DENIED: OURS_REFUSED,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: "the peer wants a certificate of ours",
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: "the peer shares no TLS parameters with us",
  ERR_TLS_HANDSHAKE_TIMEOUT: "handshake took too long",
  ECONNRESET: "connection was closed during the handshake",
  EPIPE: "connection was closed during the handshake",
};

/** OpenSSL's reason in the message of an error that Node gives no code of OpenSSL's: "…:SSL routines:FUNCTION:unsupported protocol:…". */
const OPENSSL_REASON = /:SSL routines:[^:]*:([a-z0-9 ]{1,50}):/;

/** The code of an error of TLS or of the network: where Node says only EPROTO, that of OpenSSL's reason. */
export function connectionCode(error: unknown): string {
  const code = errorCode(error);
  if (code !== "EPROTO" || !(error instanceof Error)) return code;
  const [, reason] = OPENSSL_REASON.exec(error.message) ?? [];
  return reason === undefined ? code : `ERR_SSL_${reason.toUpperCase().replaceAll(" ", "_")}`;
}

/** What a code means; "TLS failed" when we have no words for it, and the code says it all the same. */
export function tlsReason(code: string): string {
  return REASONS[code] ?? "TLS failed";
}

/** Whether a code is one of TLS or of a certificate, unlike one of the network. */
export function isTlsCode(code: string): boolean {
  return code in REASONS ? !/^E(?:CONNRESET|PIPE)$/.test(code) : /^(?:ERR_TLS_|ERR_SSL_|EPROTO$)/.test(code);
}

/** Why the handshake failed of which a server's `tlsClientError` tells. A certificate that we refuse ends as a reset of ours. */
export function tlsFailure(error: Error, socket: Pick<TLSSocket, "authorizationError">): TlsFailure {
  // A code, whatever Node's types say.
  const refused: unknown = socket.authorizationError;
  const code = typeof refused === "string" ? errorCode({ code: refused }) : connectionCode(error);
  return { code, reason: tlsReason(code) };
}
