import type { AuditEventName } from "../audit/audit-event.ts";
import type { MailName } from "./mail-texts.ts";

/** What the owner is told, by mail, when it happens to the account (ASVS 5.0, 6.3.5 and 6.3.7). */
const NOTICES = [
  "account.throttled",
  "device.new",
  "mail.change-requested",
  "password.changed",
  "password.reset",
  "personal-token.made",
  "recovery-code.used",
  "recovery-codes.made",
  "roles.changed",
  "second-factor.added",
  "second-factor.removed",
  "session.reused",
] as const satisfies readonly (AuditEventName & MailName)[];

/** The message that an event calls for, if any. */
export function noticeOf(event: AuditEventName): MailName | undefined {
  return NOTICES.find((name) => name === event);
}
