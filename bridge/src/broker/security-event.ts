/** Why an event happened, where it has more causes than one; constants, so both may be logged. */
export interface SecurityEventCause {
  readonly reason: string;
  /** Code of Node or OpenSSL; "none" for a refusal of our own. */
  readonly code: string;
}

/** What a tag or somebody else did that the rules forbid. The names are counted and logged. */
export type SecurityEvent =
  | "connection-limit"
  | "address-limit"
  | "address-rate"
  | "accept-rate"
  | "handshake-failed"
  | "bad-certificate"
  | "unknown-tag"
  | "revoked-tag"
  | "second-session"
  | "session-rate"
  | "client-id-mismatch"
  | "bad-will"
  | "bad-keep-alive"
  | "bad-protocol"
  | "not-connect-first"
  | "oversized-packet"
  | "connect-timeout"
  | "packet-timeout"
  | "unread-answers"
  | "forbidden-publish"
  | "forbidden-subscription";
