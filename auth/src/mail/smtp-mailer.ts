import { createTransport } from "nodemailer";
import type { Mail, Mailer } from "./mailer.ts";

const TIMEOUT_MS = 10_000;

/** Where the mail server is and who we are to it. */
export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  /** The From header. */
  readonly from: string;
  readonly user: string;
  readonly password: string;
  /** PEM of the server's authority; the system's by default. */
  readonly authority?: string | undefined;
}

/**
 * Hands messages to a mail server (RFC 6409): TLS from the start on port 465 (RFC 8314), STARTTLS on others, and never
 * a word of the message or the password without. Rejects when the server does not take the message.
 */
export function openSmtpMailer({ host, port, from, user, password, authority }: SmtpOptions): Mailer {
  const transport = createTransport({
    ...{ host, port, secure: port === 465, requireTLS: true },
    auth: { user, pass: password },
    tls: { minVersion: "TLSv1.2", ...(authority !== undefined && { ca: authority }) },
    ...{ connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  return {
    send: async ({ to, subject, text }: Mail) => {
      const headers = { "Auto-Submitted": "auto-generated" };
      // As an object, the address is never parsed as a list of addresses.
      await transport.sendMail({ from, to: { name: "", address: to }, subject, text, headers });
    },
  };
}
