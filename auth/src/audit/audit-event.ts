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
  | "alarm.raised"
  | "audit.read"
  | "backup.begun"
  | "backup.restored"
  | "bridge.tls12-on"
  | "device.new"
  | "login.accepted"
  | "login.refused"
  | "login.throttled"
  | "login.throttled-more"
  | "login.second-factor-refused"
  | "mail.change-requested"
  | "mail.changed"
  | "mail.verified"
  | "password.changed"
  | "password.reset"
  | "personal-token.ended"
  | "personal-token.made"
  | "certificate.issued"
  | "certificate.renewed"
  | "certificate.revoked"
  | "recovery-code.used"
  | "recovery-codes.made"
  | "retention.deleted"
  | "roles.changed"
  | "second-factor.added"
  | "second-factor.last-removed"
  | "second-factor.removed"
  | "session.ended"
  | "session.reused"
  | "service.started"
  | "signing-key.introduced"
  | "signing-key.promoted"
  | "signing-key.retired"
  | "tag.code-renewed"
  | "tag.provisioned"
  | "tag.revoked";

/** One event: whose account by id, never by name or mail address; from which network, as a keyed hash. */
export interface AuditEvent {
  readonly event: AuditEventName;
  readonly account?: string | undefined;
  /** Who did it; the account unless given. */
  readonly actor?: string | undefined;
  /** The session, or the personal token, tag, certificate or service that the event is about. */
  readonly session?: string | undefined;
  /** As subscriberOf gives it; stored as a keyed hash, so that equal ones can be seen and none be read. */
  readonly network?: string | undefined;
  /** How many, where one event stands for several. */
  readonly count?: number | undefined;
}
