import type { AlarmLine } from "@purrimeter/service/alarm-line";
import { errorCode, type Log } from "@purrimeter/service/log";
import type { Cancel, Time } from "@purrimeter/service/time";
import type { MailAddress } from "@purrimeter/auth-api/mail-address";
import type { Accounts } from "../accounts/accounts.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { MailQueue } from "../mail/mail-queue.ts";
import type { MailText } from "../mail/mail-texts.ts";
import { alarmMail, digestMail } from "./alarm-mails.ts";
import type { AlarmSpool } from "./alarm-spool.ts";
import { toldAlarm, type ToldAlarm } from "./told-alarm.ts";
import type { Webhook } from "./webhook.ts";

/** An alarm is with the mail server and the webhook within about a second of what caused it. */
const LOOK_MS = 500;

/** After a message the next alarms wait and go together: a flood becomes a message a minute. */
const MAIL_EVERY_MS = 60_000;

const DAY_S = 86_400;

/** Alarms of a day that are counted for its digest. */
const MAX_COUNTED = 10_000;

/** Who is told of alarms, and how. */
export interface AlarmDeliveryOptions {
  readonly spool: AlarmSpool;
  readonly accounts: Pick<Accounts, "findById">;
  readonly audit: Pick<AuditTrail, "nameOf" | "read" | "record">;
  readonly mailQueue: Pick<MailQueue, "post">;
  /** Operators' addresses; without one no mail is sent. */
  readonly mailTo: readonly MailAddress[];
  readonly webhook: Pick<Webhook, "post"> | undefined;
  /** Whether a digest is sent each day. */
  readonly digest: boolean;
  /** Newest signed checkpoint of each tree. */
  readonly checkpoints: () => readonly string[];
  readonly isClockTrusted: () => boolean;
  readonly log: Log;
  readonly time: Time;
}

/** Takes the alarms of all processes from the spool: into the trail, and to the operators. */
export class AlarmDelivery {
  readonly #options: AlarmDeliveryOptions;
  readonly #cancel: Cancel;
  #toMail: ToldAlarm[] = [];
  #mailAtMs = 0;
  #working = Promise.resolve();
  #isBusy = false;

  constructor(options: AlarmDeliveryOptions) {
    this.#options = options;
    this.#cancel = options.time.every(LOOK_MS, () => this.#look(), { background: true });
  }

  /** Takes what is there and hands it over. Before the mail queue is flushed and the trail is closed. */
  async close(): Promise<void> {
    this.#cancel();
    await this.#working;
    await this.#work();
    this.#mail();
  }

  #look(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#working = this.#work().finally(() => (this.#isBusy = false));
  }

  async #work(): Promise<void> {
    const { log, spool, time } = this.#options;
    try {
      const { alarms, unreadable } = spool.take();
      if (unreadable > 0)
        log.error("alarms cannot be read", { event: "alarm.unreadable", count: unreadable });
      for (const alarm of alarms) await this.#tell(alarm);
      if (this.#toMail.length > 0 && time.monotonicMs() >= this.#mailAtMs) this.#mail();
      await this.#digestWhenDue();
    } catch (error) {
      log.error("operators are not told of alarms", { event: "alarm.fault", code: errorCode(error) });
    }
  }

  async #tell(alarm: AlarmLine): Promise<void> {
    const { accounts, audit, webhook } = this.#options;
    const { rule, tag, network, account: id } = alarm;
    const account = id === undefined ? undefined : (await accounts.findById(id))?.id;
    const subject = [rule, tag ?? network ?? ""].filter((text) => text !== "").join(" ");
    audit.record({ event: "alarm.raised", account, actor: "", session: subject });
    if (alarm.severity === "notice") return;
    const told = toldAlarm(alarm, account === undefined ? undefined : audit.nameOf(account));
    this.#toMail.push(told);
    const { id: message, at, ...data } = told;
    webhook?.post({ id: message, type: "alarm.raised", at, data });
  }

  #mail(): void {
    const alarms = this.#toMail.splice(0);
    if (alarms.length === 0) return;
    this.#mailAtMs = this.#options.time.monotonicMs() + MAIL_EVERY_MS;
    this.#send(alarmMail(alarms));
  }

  #send(text: MailText): void {
    const { mailQueue, mailTo } = this.#options;
    for (const to of mailTo) mailQueue.post(`operator ${to}`, () => Promise.resolve({ to, ...text }));
  }

  /** At the beginning of each day of UTC. The first day only begins: what was before is not known. */
  async #digestWhenDue(): Promise<void> {
    const { digest, isClockTrusted, spool, time } = this.#options;
    if (!digest || !isClockTrusted()) return;
    const day = Math.floor(time.utcS() / DAY_S);
    const last = spool.digestDay;
    if (last !== undefined && last >= day) return;
    spool.digestDay = day;
    if (last !== undefined) await this.#digestOf(day * DAY_S);
  }

  async #digestOf(until: number): Promise<void> {
    const { audit, checkpoints, webhook } = this.#options;
    const query = { event: "alarm.raised", from: until - DAY_S, to: until - 1, after: 0, limit: MAX_COUNTED };
    const counts = new Map<string, number>();
    for (const { subject } of await audit.read(query)) {
      const [rule = ""] = subject.split(" ");
      counts.set(rule, (counts.get(rule) ?? 0) + 1);
    }
    const digest = { until, counts, checkpoints: checkpoints() };
    this.#send(digestMail(digest));
    const data = { alarms: Object.fromEntries(counts), checkpoints: digest.checkpoints };
    webhook?.post({ id: `digest-${until}`, type: "alarm.digest", at: until, data });
  }
}
