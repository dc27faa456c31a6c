import type { AuditEvent, AuditEventName } from "../audit/audit-trail.ts";

/** What the owner is told, by mail, when it happens to the account (ASVS 5.0, 6.3.5 and 6.3.7). */
const NOTICES: Partial<Record<AuditEventName, string>> = {
  "account.throttled":
    "Somebody tried many passwords at your account. They were slowed down; none of them was right.",
  "mail.change-requested":
    "Somebody who knows your password asked for another mail address for your account. It changes when a link that went to the other address is opened; a new password makes the link void.",
  "password.changed": "Your password was changed, and your other sessions have ended.",
  "password.reset": "Your password was reset through this mail address, and all your sessions have ended.",
  "personal-token.made": "A personal access token was made for your account.",
  "recovery-code.used": "Somebody logged in to your account with a recovery code.",
  "recovery-codes.made": "New recovery codes were made for your account; the old ones are void.",
  "roles.changed": "What your account may do was changed by whoever runs the service.",
  "second-factor.added": "Logging in to your account now needs a second factor.",
  "second-factor.removed": "Logging in to your account no longer needs a second factor.",
  "session.reused": "A session of your account was used from two places at once, so it has ended.",
};

const ADVICE =
  "If that was you, there is nothing to do. If not, reset your password and look at your sessions.";

/** The text of the message that an event calls for, if any. */
export function noticeOf({ event }: AuditEvent): string | undefined {
  const notice = NOTICES[event];
  return notice === undefined ? undefined : `${notice}\n\n${ADVICE}\n`;
}
