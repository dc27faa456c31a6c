import { errorCode } from "@purrimeter/service/log";
import type { Log } from "@purrimeter/service/log";
import type { Time } from "@purrimeter/service/time";
import { randomBytes } from "node:crypto";
import { base32 } from "../base32.ts";
import { MailRejectedError, type Mail, type Mailer } from "./mailer.ts";

/** Messages that may be on their way at once; more are dropped and counted in the log. */
const MAX_PENDING = 1_000;

/** Messages of one account that may be on their way at once, so that one account's do not drop others'. */
const MAX_PENDING_EACH = 5;

/** When a message that failed is tried again: a mail server is restarted in seconds, a network comes back in minutes. */
const RETRIES_MS = [5_000, 30_000, 180_000, 900_000] as const;

/** Connections to the mail server at once: a slow one delays no long row of others, and many do not overrun it. */
const MAX_SENDING = 8;

/** A server that takes longer for one message holds a connection no longer; the message is tried again. */
const ATTEMPT_MS = 30_000;

/** How long an end waits for a mail server. Shorter than what a service has for its whole end. */
const FLUSH_MS = 6_000;

/** What gives a message to send, if any. */
type Job = () => Promise<Mail | undefined>;

/** In the log by its code. */
class SlowServerError extends Error {
  readonly code = "ETIMEDOUT";
}

/** Where the queue sends, logs and waits. */
export interface MailQueueOptions {
  readonly mailer: Mailer;
  readonly log: Log;
  readonly time: Pick<Time, "after">;
}

/**
 * Sends mail while nobody waits: whether, when and to whom a message goes never shows in an answer or its time. A job
 * that finds out what to send runs here too. A message that failed is tried again a few times, unless it is refused for good.
 */
export class MailQueue {
  readonly #options: MailQueueOptions;
  readonly #pending = new Set<Promise<void>>();
  readonly #pendingOf = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  /** Messages that wait for a connection, in their order. */
  readonly #queued: (() => void)[] = [];
  #sending = 0;
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

  /**
   * Resolves when nothing is on its way, or after FLUSH_MS; what is left then is counted in the log. Messages that wait for
   * another try have it now, and then no more.
   */
  async flush(): Promise<void> {
    this.#isFlushing = true;
    for (const retry of [...this.#waiting]) retry();
    const late = this.#late(FLUSH_MS);
    const sent = this.#allSent();
    await Promise.race([sent, late.passed]);
    late.cancel();
    this.#isFlushing = false;
    const count = this.#pending.size;
    if (count > 0) this.#options.log.warn("mail left unsent", { event: "mail.left", count });
  }

  async #allSent(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  #late(ms: number): { readonly passed: Promise<"late">; readonly cancel: () => void } {
    let cancel = (): void => undefined;
    const passed = new Promise<"late">((resolve) => {
      cancel = this.#options.time.after(ms, () => resolve("late"), { background: true });
    });
    return { passed, cancel };
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
      if (mail) await this.#send(mail, base32(randomBytes(16)).toLowerCase());
    } catch (error) {
      this.#options.log.error("mail not sent", { event: "mail.failed", code: errorCode(error) });
    }
  }

  /** `id`: of the message, at each try. */
  async #send(mail: Mail, id: string): Promise<void> {
    for (const waitMs of RETRIES_MS) {
      try {
        await this.#attempt(mail, id);
        return;
      } catch (error) {
        if (this.#isFlushing || error instanceof MailRejectedError) throw error;
        this.#options.log.warn("mail not sent, tried again later", {
          event: "mail.retried",
          code: errorCode(error),
        });
        await this.#wait(waitMs);
      }
    }
    await this.#attempt(mail, id);
  }

  /** One try, when a connection is free. */
  async #attempt(mail: Mail, id: string): Promise<void> {
    if (this.#sending >= MAX_SENDING) await new Promise<void>((resolve) => this.#queued.push(resolve));
    else this.#sending += 1;
    const late = this.#late(ATTEMPT_MS);
    try {
      const outcome = await Promise.race([this.#options.mailer.send(mail, id), late.passed]);
      if (outcome === "late") throw new SlowServerError("the mail server took too long");
    } finally {
      late.cancel();
      this.#passOn();
    }
  }

  /** The connection goes to who waits longest. */
  #passOn(): void {
    const next = this.#queued.shift();
    if (next === undefined) this.#sending -= 1;
    else next();
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
