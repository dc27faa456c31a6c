import MailComposer from "nodemailer/lib/mail-composer";
import type MimeNode from "nodemailer/lib/mime-node";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { TLSSocket } from "node:tls";
import { messageId, type Mail, type Mailer } from "./mailer.ts";

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
export function openSmtpMailer(options: SmtpOptions): Mailer {
  return {
    send: async (mail, signal) => {
      const connection = new SMTPConnection(connectionOptions(options));
      const end = (): void => connection.close();
      signal?.addEventListener("abort", end, { once: true });
      try {
        await failing(connection, handOver(connection, options, mail));
        const { _socket: socket } = connection;
        return { tls: (socket instanceof TLSSocket && socket.getProtocol()) || undefined };
      } finally {
        signal?.removeEventListener("abort", end);
        connection.close();
      }
    },
  };
}

function connectionOptions({ host, port, tls, authority }: SmtpOptions): SMTPConnection.Options {
  const secure = tls === undefined ? port === SUBMISSIONS_PORT : tls === "implicit";
  return {
    ...{ host, port, secure, requireTLS: true },
    tls: { minVersion: "TLSv1.2", ...(authority !== undefined && { ca: authority }) },
    ...{ connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
  };
}

/** In the log by its code. */
class EndedError extends Error {
  readonly code = "ECONNECTION";
}

/** Rejects when the connection fails or ends before the work is done. */
function failing(connection: SMTPConnection, work: Promise<void>): Promise<void> {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  // The first one counts; the connection tells of later ones as well.
  connection.on("error", reject).on("end", () => reject(new EndedError("the connection was closed")));
  return Promise.race([failed, work]);
}

async function handOver(connection: SMTPConnection, options: SmtpOptions, mail: Mail): Promise<void> {
  await called((done) => connection.connect(done));
  const { login } = options;
  // One without AUTH takes mail from this machine, or says what it wants.
  if (login !== undefined && (connection as { readonly allowsAuth?: boolean }).allowsAuth === true)
    await called((done) =>
      connection.login({ credentials: { user: login.user, pass: login.password } }, done),
    );
  const message = composed(options, mail);
  const stream = message.createReadStream();
  await called((done) => connection.send(message.getEnvelope(), stream, done));
}

function composed({ from }: SmtpOptions, { id, to, subject, text }: Mail): MimeNode {
  const headers = { "Auto-Submitted": "auto-generated" };
  const safe = { disableFileAccess: true, disableUrlAccess: true };
  // As an object, the address is never parsed as a list of addresses.
  const address = { name: "", address: to };
  return new MailComposer({
    from,
    to: address,
    subject,
    text,
    headers,
    messageId: messageId(id),
    ...safe,
  }).compile();
}

function called(work: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    work((error) => (error ? reject(error) : resolve()));
  });
}
