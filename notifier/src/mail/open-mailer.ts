import type { SecretSource } from "@purrimeter/secrets/secret-source";
import type { Time } from "@purrimeter/service/time";
import { readFileSync } from "node:fs";
import type { Config } from "../config.ts";
import { openFileMailer } from "./file-mailer.ts";
import type { Mailer } from "./mailer.ts";
import { SealedMails } from "./sealed-mails.ts";
import { openSmtpMailer } from "./smtp-mailer.ts";

/** Code of the error for a message when there is nowhere to hand it. */
export const MAIL_OFF = "EMAILOFF";

class MailOffError extends Error {
  readonly code = MAIL_OFF;
}

/** What the configuration says: a folder, a mail server, or nothing, where each message is refused. */
export function openMailer(
  mail: Config["mail"],
  { secrets, time }: { readonly secrets: SecretSource; readonly time: Time },
): Mailer {
  if (!mail) return { send: () => Promise.reject(new MailOffError("no mail is configured")) };
  if ("folder" in mail)
    return openFileMailer({
      folder: mail.folder,
      from: mail.from,
      now: () => time.utcS(),
      sealed: mail.isSealed ? new SealedMails(secrets.readKey("mail-key")) : undefined,
    });
  const { authority, user, ...server } = mail.smtp;
  const password = (): string => secrets.read("smtp-password").toString("utf8").trim();
  const login = user === undefined ? undefined : { user, password: password() };
  const pem = authority === undefined ? undefined : readFileSync(authority, "utf8");
  return openSmtpMailer({ ...server, from: mail.from, login, authority: pem });
}
