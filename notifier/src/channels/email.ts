import type { AttemptResult } from "../attempt.ts";
import { MAIL_OFF } from "../mail/open-mailer.ts";
import type { Mailer } from "../mail/mailer.ts";
import { isTlsCode } from "@purrimeter/service/tls-failure";
import { TOO_SLOW } from "../outgoing/post.ts";
import type { Channel } from "./channel.ts";

/** Steps at which a server judges the recipient or the message, and not us. */
const OF_MESSAGE = new Set(["RCPT TO", "DATA"]);

/** Mailbox or message refused for good (RFC 5321, section 4.2.2). 530 and 535 are about our login. */
const REFUSED_FOR_GOOD = new Set([550, 551, 552, 553, 554, 555]);

/** Mail to one address. */
export function emailChannel(mailer: Mailer): Channel<"email"> {
  return async ({ id, endpoint, message: { title, text }, signal }) => {
    try {
      const { tls } = await mailer.send({ id, to: endpoint.address, subject: title, text }, signal);
      const reason = tls === undefined ? "written into the folder of mails" : "taken by the mail server";
      return { outcome: "delivered", reason, ...(tls !== undefined && { tls }) };
    } catch (error) {
      if (signal.aborted) return { outcome: "failed", reason: TOO_SLOW };
      // All that the world does to mail has a code.
      if (typeof (error as MailFault).code !== "string") throw error;
      return failureOf(error as MailFault);
    }
  };
}

/** What is known of an error of nodemailer's or of the file system's. */
interface MailFault {
  readonly code?: unknown;
  /** Of the system or of TLS, where `code` only names the step. */
  readonly originalCode?: unknown;
  readonly responseCode?: unknown;
  readonly command?: unknown;
}

function failureOf({ code, originalCode, responseCode, command }: MailFault): AttemptResult {
  const isTls = code === "ETLS" || isTlsCode(String(originalCode));
  if (isTls) return { outcome: "failed", reason: "the mail server has no TLS that is trusted" };
  if (typeof responseCode !== "number") return { outcome: "failed", reason: reasonOf(code) };
  const isForGood = OF_MESSAGE.has(String(command)) && REFUSED_FOR_GOOD.has(responseCode);
  return isForGood
    ? {
        outcome: "rejected",
        reason: "the mail server refuses the recipient or the message",
        status: responseCode,
      }
    : { outcome: "failed", reason: "the mail server did not take the message", status: responseCode };
}

function reasonOf(code: unknown): string {
  switch (code) {
    case MAIL_OFF:
      return "no mail is configured";
    case "EAUTH":
      return "the mail server did not take the login";
    case "ENOSPC":
      return "the disk of the folder of mails is full";
    case "ENOENT":
    case "EACCES":
      return "the folder of mails cannot be written";
    default:
      return "the mail server cannot be reached";
  }
}
