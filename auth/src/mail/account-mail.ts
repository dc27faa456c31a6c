import { RateLimiter } from "@purrimeter/service/rate-limiter";
import type { Account, Accounts } from "../accounts/accounts.ts";
import type { AuditEvent } from "../audit/audit-trail.ts";
import type { MailAddress } from "../accounts/mail-address.ts";
import type { PurposeTokens } from "../login/purpose-tokens.ts";
import { changeBinding, resetBinding, verifyBinding } from "./link-bindings.ts";
import { CHANGE_LIFETIME_S } from "./mail-changes.ts";
import { noticeOf } from "./notices.ts";
import type { MailQueue } from "./mail-queue.ts";

const VERIFY_LIFETIME_S = 86_400;
const RESET_LIFETIME_S = 1_800;

/** Messages that one person gets through others' requests: enough for who mistypes, too few to annoy. */
const RATE = { burst: 3, perSecond: 1 / 1_200 };

const FAREWELL =
  "Your account was deleted at your request, with your tags' locations, your geofences and all that you shared.\n\n" +
  "If that was not you, somebody knows your password: change it wherever you use it.\n";

const CHANGED =
  "Your account has another mail address now, and this one gets no more messages about it.\n\n" +
  "If that was not you, somebody knows your password and reads the other address: tell whoever runs the service.\n";

const HAS_ACCOUNT =
  "Somebody asked to make this the mail address of their account, but it has an account already. Nothing was changed.\n\n" +
  "If that was you, log in with this address, or delete that account first. If not, ignore this.\n";

const SUBJECT = "Your Purrimeter account";

interface AccountMailOptions {
  readonly accounts: Accounts;
  readonly purposeTokens: PurposeTokens;
  readonly mailQueue: MailQueue;
  /** Page that reads the token from the link's fragment, which no server logs. */
  readonly linkBase: string;
  readonly monotonicMs: () => number;
}

/** The messages that accounts get. */
export class AccountMail {
  readonly #options: AccountMailOptions;
  readonly #throttle: RateLimiter;

  constructor(options: AccountMailOptions) {
    this.#options = options;
    this.#throttle = new RateLimiter(RATE, options.monotonicMs);
  }

  /** Sends the link that verifies the account's address; 0, or the seconds to wait. */
  verification(id: string): number {
    const retryAfterS = this.#throttle.take(`verify ${id}`);
    if (retryAfterS > 0) return retryAfterS;
    this.#options.mailQueue.post(async () => {
      const [account, to] = [
        await this.#options.accounts.findById(id),
        await this.#options.accounts.mailOf(id),
      ];
      if (!account || to === undefined || account.isMailVerified) return undefined;
      const token = this.#options.purposeTokens.write("mail", id, verifyBinding(account), VERIFY_LIFETIME_S);
      const text = `Open this link within a day to verify your mail address:\n\n${this.#link("verify", token)}\n`;
      return { to, subject: "Verify your mail address", text };
    });
    return 0;
  }

  /** Sends the link that resets the password, if the address has an account. */
  reset(mail: MailAddress): void {
    if (this.#throttle.take(`reset ${this.#options.accounts.throttleKey(mail)}`) > 0) return;
    this.#options.mailQueue.post(async () => {
      const account = await this.#options.accounts.findByMail(mail);
      if (!account) return undefined;
      const token = this.#options.purposeTokens.write(
        "reset",
        account.id,
        resetBinding(account),
        RESET_LIFETIME_S,
      );
      const link = this.#link("reset", token);
      const text = `Open this link within half an hour to set a new password:\n\n${link}\n\nIf you did not ask for it, ignore it.\n`;
      return { to: mail, subject: "Reset your password", text };
    });
  }

  /** Tells the owner what happened, when it is worth telling and the address is verified. */
  notice(event: AuditEvent): void {
    const text = noticeOf(event);
    const { account: id } = event;
    if (text === undefined || id === undefined) return;
    this.#options.mailQueue.post(async () => {
      const account: Account | undefined = await this.#options.accounts.findById(id);
      const to = await this.#options.accounts.mailOf(id);
      return account?.isMailVerified && to !== undefined ? { to, subject: SUBJECT, text } : undefined;
    });
  }

  /**
   * Sends the link that makes the address the account's; 0, or the seconds to wait. An address that has an account is told
   * so: nobody else is.
   */
  change(account: Account, mail: MailAddress): number {
    const { accounts, mailQueue, purposeTokens } = this.#options;
    const retryAfterS = this.#throttle.take(`change ${account.id}`);
    if (retryAfterS > 0) return retryAfterS;
    const throttleKey = accounts.throttleKey(mail);
    if (this.#throttle.take(`change to ${throttleKey}`) > 0) return 0;
    mailQueue.post(async () => {
      const subject = "Your new mail address";
      if (await accounts.findByMail(mail)) return { to: mail, subject, text: HAS_ACCOUNT };
      const token = purposeTokens.write(
        "change",
        account.id,
        changeBinding(account, throttleKey),
        CHANGE_LIFETIME_S,
      );
      const link = this.#link("change", token);
      const text = `Open this link within a day to make this the mail address of your account:\n\n${link}\n\nIf you did not ask for it, ignore it.\n`;
      return { to: mail, subject, text };
    });
    return 0;
  }

  /** Prepares the message to the address that the account is about to lose; call what it gives to send it. */
  changed(account: Account): Promise<() => void> {
    return this.#lastTo(account, CHANGED);
  }

  /** Prepares the last message of an account that is about to be deleted; call what it gives to send it. */
  sendClosingMail(account: Account): Promise<() => void> {
    return this.#lastTo(account, FAREWELL);
  }

  async #lastTo({ id, isMailVerified }: Account, text: string): Promise<() => void> {
    const to = await this.#options.accounts.mailOf(id);
    if (!isMailVerified || to === undefined) return () => undefined;
    const mail = { to, subject: SUBJECT, text };
    return () => this.#options.mailQueue.post(() => Promise.resolve(mail));
  }

  #link(what: string, token: string): string {
    return `${this.#options.linkBase}#${what}=${token}`;
  }
}
