import { errorCode } from "@purrimeter/service/log";
import type { Log } from "@purrimeter/service/log";
import type { Time } from "@purrimeter/service/time";
import type { Mail, Mailer } from "./mailer.ts";

/** Messages that may be on their way at once; more are dropped and counted in the log. */
const MAX_PENDING = 1_000;

/** Messages of one account that may be on their way at once, so that one account's do not drop others'. */
const MAX_PENDING_EACH = 5;

/** When a message that failed is tried again: a mail server is restarted in seconds, a network comes back in minutes. */
const RETRIES_MS = [5_000, 30_000, 180_000, 900_000] as const;

/** What gives a message to send, if any. */
type Job = () => Promise<Mail | undefined>;

/** Where the queue sends, logs and waits. */
export interface MailQueueOptions {
  readonly mailer: Mailer;
  readonly log: Log;
  readonly time: Pick<Time, "after">;
}

/**
 * Sends mail while nobody waits: whether, when and to whom a message goes never shows in an answer or its time. A job
 * that finds out what to send runs here too. A message that failed is tried again a few times.
 */
export class MailQueue {
  readonly #options: MailQueueOptions;
  readonly #pending = new Set<Promise<void>>();
  readonly #pendingOf = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  #isFlushing = false;

  constructor(options: MailQueueOptions) {
    this.#options = options;
  }

  /** Runs the job soon and sends what it gives. `account`: whose messages it is counted with. */
  post(account: string, job: Job): void {
    const own = this.#pendingOf.get(account) ?? 0;
    if (this.#pending.size >= MAX_PENDING || own >= MAX_PENDING_EACH) {
      this.#options.log.warn("mail dropped", { event: "mail.dropped", count: this.#pending.size });
      return;
    }
    this.#pendingOf.set(account, own + 1);
    const done = this.#run(job).finally(() => this.#done(account, done));
    this.#pending.add(done);
  }

  /** Resolves when nothing is on its way. Messages that wait for another try have it now, and then no more. */
  async flush(): Promise<void> {
    this.#isFlushing = true;
    for (const retry of [...this.#waiting]) retry();
    while (this.#pending.size > 0) await Promise.all(this.#pending);
    this.#isFlushing = false;
  }

  #done(account: string, done: Promise<void>): void {
    this.#pending.delete(done);
    const left = (this.#pendingOf.get(account) ?? 1) - 1;
    if (left === 0) this.#pendingOf.delete(account);
    else this.#pendingOf.set(account, left);
  }

  async #run(job: Job): Promise<void> {
    try {
      const mail = await job();
      if (mail) await this.#send(mail);
    } catch (error) {
      this.#options.log.error("mail not sent", { event: "mail.failed", code: errorCode(error) });
    }
  }

  async #send(mail: Mail): Promise<void> {
    for (const waitMs of RETRIES_MS) {
      try {
        await this.#options.mailer.send(mail);
        return;
      } catch (error) {
        if (this.#isFlushing) throw error;
        this.#options.log.warn("mail not sent, tried again later", {
          event: "mail.retried",
          code: errorCode(error),
        });
        await this.#wait(waitMs);
      }
    }
    await this.#options.mailer.send(mail);
  }

  #wait(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const retry = (): void => {
        cancel();
        this.#waiting.delete(retry);
        resolve();
      };
      const cancel = this.#options.time.after(waitMs, retry, { background: true });
      this.#waiting.add(retry);
    });
  }
}
