import type { AuditEvent, AuditEventName } from "../audit/audit-event.ts";
import { writtenTime } from "./mail-texts.ts";
import type { MailText } from "./mail-texts.ts";

interface Notice {
  readonly subject: string;
  readonly what: string;
  /** What to do when it was somebody else, unless the general advice is right. */
  readonly advice?: string;
}

const ADVICE =
  "If this was you, you do not need to do anything. If not, reset your password and check the sessions of your account.";

/** What the owner is told, by mail, when it happens to the account (ASVS 5.0, 6.3.5 and 6.3.7). */
const NOTICES: Partial<Record<AuditEventName, Notice>> = {
  "account.throttled": {
    subject: "Failed attempts to log in to your account",
    what: "There were many failed attempts to log in to your account. No password was right, and further attempts are delayed.",
    advice:
      "If this was you, wait before you try again, ask for a link to log in, or reset your password. If not, you do not need to do anything, as long as you use your password nowhere else. A second factor protects the account even if the password becomes known.",
  },
  "device.new": {
    subject: "A new device logged in to your account",
    what: "Somebody logged in to your account from a device or a browser that was not used for it before.",
  },
  "mail.change-requested": {
    subject: "A change of your email address was requested",
    what: "A change of the email address of your account was requested, with the right password. The address changes when the link that was sent to the new address is opened.",
    advice: "If this was not you, change your password now: the link is then no longer valid.",
  },
  "password.changed": {
    subject: "Your password was changed",
    what: "Your password was changed. All other sessions and personal access tokens of your account have ended, unless you chose to keep them.",
  },
  "password.reset": {
    subject: "Your password was reset",
    what: "Your password was reset by a link that was sent to this address. All sessions of your account have ended.",
  },
  "personal-token.made": {
    subject: "A personal access token was created",
    what: "A personal access token was created for your account.",
    advice:
      "If this was you, you do not need to do anything. If not, delete the token, reset your password and check the sessions of your account.",
  },
  "recovery-code.used": {
    subject: "A recovery code was used",
    what: "A recovery code was used to log in to your account or to confirm a change of it.",
  },
  "recovery-codes.made": {
    subject: "New recovery codes were created",
    what: "New recovery codes were created for your account. The old ones are no longer valid.",
  },
  "roles.changed": {
    subject: "The roles of your account were changed",
    what: "The operator of the service changed the roles of your account. All of its sessions have ended.",
    advice: "If you did not expect this, contact the operator of the service.",
  },
  "second-factor.added": {
    subject: "A second factor was added",
    what: "A second factor was added to your account. From now on it is required to log in.",
  },
  "second-factor.removed": {
    subject: "A second factor was removed",
    what: "A second factor was removed from your account.",
  },
  "session.reused": {
    subject: "A session of your account was ended",
    what: "A session of your account was used in two places at once, which can mean that it was stolen. The session was ended.",
  },
};

/** The message that an event calls for, if any. `atS`: when it happened, seconds of UTC. */
export function noticeOf({ event }: AuditEvent, atS: number): MailText | undefined {
  const notice = NOTICES[event];
  if (notice === undefined) return undefined;
  const { subject, what, advice = ADVICE } = notice;
  return { subject, text: `${what}\n\nTime: ${writtenTime(atS)}\n\n${advice}\n` };
}
