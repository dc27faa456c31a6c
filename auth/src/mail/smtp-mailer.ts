import { createTransport } from "nodemailer";
import type { Mail, Mailer } from "./mailer.ts";

const TIMEOUT_MS = 10_000;

/** Of servers that speak TLS from the first byte (RFC 8314, section 7.3). */
const SUBMISSIONS_PORT = 465;

/** Where the mail server is and who we are to it. */
export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  /** The From header. */
  readonly from: string;
  /** Left out for a server that takes mail from this machine without a login. */
  readonly login?: { readonly user: string; readonly password: string } | undefined;
  /** "implicit": from the first byte (RFC 8314); "starttls": after the greeting. By the port unless given. */
  readonly tls?: "implicit" | "starttls" | undefined;
  /** PEM of the server's authority; the system's by default. */
  readonly authority?: string | undefined;
}

/**
 * Hands messages to a mail server (RFC 6409), over TLS from the start or after STARTTLS, and never a word of the message
 * or the password without. Rejects when the server does not take the message.
 */
export function openSmtpMailer({ host, port, from, login, tls, authority }: SmtpOptions): Mailer {
  const secure = tls === undefined ? port === SUBMISSIONS_PORT : tls === "implicit";
  const transport = createTransport({
    ...{ host, port, secure, requireTLS: true },
    ...(login !== undefined && { auth: { user: login.user, pass: login.password } }),
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
