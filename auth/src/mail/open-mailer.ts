import { NotifierClient } from "@purrimeter/notifier/notifier-client";
import type { SecretSource } from "@purrimeter/secrets/secret-source";
import type { Log } from "@purrimeter/service/log";
import type { Time } from "@purrimeter/service/time";
import { readFileSync } from "node:fs";
import type { Config } from "../config.ts";
import type { Mailer } from "./mailer.ts";
import { notifierMailer } from "./notifier-mailer.ts";

interface MailerParts {
  readonly config: Pick<Config, "mail" | "tls">;
  readonly secrets: SecretSource;
  readonly log: Log;
  readonly time: Time;
}

/** A mailer, and its end. */
export interface OpenMailer {
  readonly mailer: Mailer;
  readonly close: () => void;
}

/** The notifier, or nothing where none is configured, which the log then says for each message. */
export function openMailer({ config: { mail, tls }, secrets, log, time }: MailerParts): OpenMailer {
  if (!mail) return { mailer: { send: () => Promise.resolve(logUnsent(log)) }, close: () => undefined };
  const identity = { certificate: readFileSync(tls.certificate), key: secrets.read("tls-key.pem") };
  const client = new NotifierClient({
    url: mail.notifier,
    authority: readFileSync(tls.authority),
    identity,
    time,
  });
  return { mailer: notifierMailer(client, time), close: () => client.close() };
}

function logUnsent(log: Log): void {
  log.warn("no mail is configured, so none was sent", { event: "mail.off" });
}
