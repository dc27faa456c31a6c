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
  /** Resolves when the message is in somebody else's care; rejects when it is not. */
  send(mail: Mail): Promise<void>;
}
