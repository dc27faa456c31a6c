import type { MailAddress } from "@purrimeter/auth-api/mail-address";

/** A message to one person, plain text. */
export interface Mail {
  readonly to: MailAddress;
  /** ASCII, one line. */
  readonly subject: string;
  readonly text: string;
}

/** Port to whatever delivers mail. */
export interface Mailer {
  /**
   * Resolves when the message is in somebody else's care; rejects when it is not, with MailRejectedError when it never will be.
   * `id`: the same at each try of one message (26 of a-z 2-7), so that it is shown once.
   */
  send(mail: Mail, id: string): Promise<void>;
}

/** The mail server refuses the recipient or the message for good. */
export class MailRejectedError extends Error {
  readonly code = "MAIL_REJECTED";
}
