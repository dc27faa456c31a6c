import type { NotifierClient } from "@purrimeter/notifier/notifier-client";
import type { Time } from "@purrimeter/service/time";
import { MailRejectedError, type Mailer } from "./mailer.ts";

/** What the notifier takes of a message. */
const MAX_SUBJECT = 200;
const MAX_TEXT = 16_000;

/** In the log by its code; the notifier's log has the reason. */
class NotSentError extends Error {
  readonly code: string;

  constructor(code: string) {
    super("the message was not sent");
    this.code = code === "none" ? "MAIL_FAILED" : code;
  }
}

/** Hands messages to the notifier, the only process that speaks to a mail server. */
export function notifierMailer(client: Pick<NotifierClient, "attempt">, time: Pick<Time, "utcS">): Mailer {
  return {
    send: async ({ to, subject, text }, id) => {
      const result = await client.attempt({
        id,
        endpoint: { kind: "email", address: to },
        message: {
          ...{ title: subject.slice(0, MAX_SUBJECT), text: text.slice(0, MAX_TEXT) },
          ...{ type: "account.mail", at: time.utcS(), data: {}, urgency: "normal", ttlS: 0 },
        },
      });
      switch (result.outcome) {
        case "delivered":
          return;
        case "rejected":
        case "gone":
          throw new MailRejectedError("the mail server refuses the message for good");
        case "no-answer":
          throw new NotSentError(result.code);
        case "failed":
        case "not-allowed":
          throw new NotSentError("none");
      }
    },
  };
}
