/** What is recorded. Names are stable: whoever reads the trail searches for them. */
export type AuditEventName =
  | "account.closed"
  | "account.erased"
  | "account.exported"
  | "account.imported"
  | "account.registered"
  | "account.registered-again"
  | "account.throttled"
  | "account.unverified-ended"
  | "audit.read"
  | "bridge.tls12-on"
  | "login.accepted"
  | "login.refused"
  | "login.second-factor-refused"
  | "mail.change-requested"
  | "mail.changed"
  | "mail.verified"
  | "password.changed"
  | "password.reset"
  | "personal-token.ended"
  | "personal-token.made"
  | "recovery-code.used"
  | "recovery-codes.made"
  | "roles.changed"
  | "second-factor.added"
  | "second-factor.removed"
  | "session.ended"
  | "session.reused"
  | "service.started"
  | "signing-key.introduced"
  | "signing-key.promoted"
  | "signing-key.retired"
  | "tag.code-renewed"
  | "tag.revoked";

/** One event: whose account by id, never by name or mail address; from which network, as a keyed hash. */
export interface AuditEvent {
  readonly event: AuditEventName;
  readonly account?: string | undefined;
  /** Who did it; the account unless given. */
  readonly actor?: string | undefined;
  /** The session, or the personal token or tag that the event is about. */
  readonly session?: string | undefined;
  /** As subscriberOf gives it; stored as a keyed hash, so that equal ones can be seen and none be read. */
  readonly network?: string | undefined;
}
