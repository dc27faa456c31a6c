import { errorCode } from "@purrimeter/service/log";
import type { Log } from "@purrimeter/service/log";
import type { Mail, Mailer } from "./mailer.ts";

/** Messages that may be on their way at once; more are dropped and counted in the log. */
const MAX_PENDING = 200;

/**
 * Sends mail while nobody waits: whether, when and to whom a message goes never shows in an answer or its time. A job
 * that finds out what to send runs here too.
 */
export class MailQueue {
  readonly #mailer: Mailer;
  readonly #log: Log;
  readonly #pending = new Set<Promise<void>>();

  constructor(mailer: Mailer, log: Log) {
    this.#mailer = mailer;
    this.#log = log;
  }

  /** Runs the job soon and sends what it gives. */
  post(job: () => Promise<Mail | undefined>): void {
    if (this.#pending.size >= MAX_PENDING) {
      this.#log.warn("mail dropped", { event: "mail.dropped", count: this.#pending.size });
      return;
    }
    const done = this.#run(job).finally(() => this.#pending.delete(done));
    this.#pending.add(done);
  }

  /** Resolves when nothing is on its way. */
  async flush(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  async #run(job: () => Promise<Mail | undefined>): Promise<void> {
    try {
      const mail = await job();
      if (mail) await this.#mailer.send(mail);
    } catch (error) {
      this.#log.error("mail not sent", { event: "mail.failed", code: errorCode(error) });
    }
  }
}
