import type { SecretSource } from "@purrimeter/secrets/secret-source";
import type { Log } from "@purrimeter/service/log";
import type { Time } from "@purrimeter/service/time";
import { readFileSync } from "node:fs";
import type { Config } from "../config.ts";
import { openFileMailer } from "./file-mailer.ts";
import type { Mailer } from "./mailer.ts";
import { SealedMails } from "./sealed-mails.ts";
import { openSmtpMailer } from "./smtp-mailer.ts";

interface MailerParts {
  readonly secrets: SecretSource;
  readonly log: Log;
  readonly time: Time;
}

/** What the configuration says: a folder, a mail server, or nothing, which the log then says for each message. */
export function openMailer(mail: Config["mail"], { secrets, log, time }: MailerParts): Mailer {
  if (!mail) return { send: () => Promise.resolve(logUnsent(log)) };
  if ("folder" in mail)
    return openFileMailer({
      folder: mail.folder,
      from: mail.from,
      now: () => time.utcS(),
      sealed: mail.isSealed ? new SealedMails(secrets.readKey("database-key")) : undefined,
    });
  const { authority, user, ...server } = mail.smtp;
  const password = (): string => secrets.read("smtp-password").toString("utf8").trim();
  const login = user === undefined ? undefined : { user, password: password() };
  const pem = authority === undefined ? undefined : readFileSync(authority, "utf8");
  return openSmtpMailer({ ...server, from: mail.from, login, authority: pem });
}

function logUnsent(log: Log): void {
  log.warn("no mail is configured, so none was sent", { event: "mail.off" });
}
