import { RateLimiter } from "@purrimeter/service/rate-limiter";
import type { OwnerNotice } from "@purrimeter/auth-api/internal";
import type { MailAddress } from "@purrimeter/auth-api/mail-address";
import type { Account, Accounts } from "../accounts/accounts.ts";
import type { AuditEvent } from "../audit/audit-event.ts";
import type { PurposeTokens } from "../login/purpose-tokens.ts";
import { changeBinding, linkBinding, resetBinding } from "./link-bindings.ts";
import { CHANGE_LIFETIME_S } from "./mail-changes.ts";
import { mailText, type MailName, type MailText, type MailValues } from "./mail-texts.ts";
import { verificationToken } from "./verification-link.ts";
import { noticeOf } from "./notices.ts";
import type { MailQueue } from "./mail-queue.ts";

const RESET_LIFETIME_S = 1_800;
const LINK_LIFETIME_S = 1_800;

/** Messages that one person gets through others' requests: enough for who mistypes, too few to annoy. */
const RATE = { burst: 3, perSecond: 1 / 1_200 };

/** Messages about new devices: a program that logs in again and again without its mark is told of three times, then daily. */
const DEVICE_RATE = { burst: 3, perSecond: 1 / 86_400 };

/** Messages about who was let in: an owner has 20 tags with 20 shares each, and invites a few people a day. */
const TAG_RATE = { burst: 20, perSecond: 1 / 3_600 };

interface AccountMailOptions {
  readonly accounts: Accounts;
  readonly purposeTokens: PurposeTokens;
  readonly mailQueue: MailQueue;
  /** Page that reads the token from the link's fragment, which no server logs. */
  readonly linkBase: string;
  /** Seconds of UTC. */
  readonly now: () => number;
  readonly monotonicMs: () => number;
}

/** The messages that accounts get. */
export class AccountMail {
  readonly #options: AccountMailOptions;
  readonly #throttle: RateLimiter;
  readonly #byDevice: RateLimiter;
  readonly #byTag: RateLimiter;

  constructor(options: AccountMailOptions) {
    this.#options = options;
    this.#throttle = new RateLimiter(RATE, options.monotonicMs);
    this.#byDevice = new RateLimiter(DEVICE_RATE, options.monotonicMs);
    this.#byTag = new RateLimiter(TAG_RATE, options.monotonicMs);
  }

  /** Sends the link that verifies the account's address; 0, or the seconds to wait. */
  verification(id: string): number {
    const retryAfterS = this.#throttle.take(`verify ${id}`);
    if (retryAfterS > 0) return retryAfterS;
    this.#options.mailQueue.post(id, async () => {
      const account = await this.#options.accounts.findById(id);
      const to = await this.#options.accounts.mailOf(id);
      if (!account || to === undefined || account.isMailVerified) return undefined;
      return { to, ...this.#verificationText(account) };
    });
    return 0;
  }

  /** The link that verifies the account's address. */
  verificationLink(account: Account): string {
    return this.#link("verify", verificationToken(this.#options.purposeTokens, account));
  }

  /**
   * Tells the reader of an address that somebody tried to register it although it has an account. When nobody has verified
   * that account, the message brings a link that makes it the reader's.
   */
  registeredAgain(mail: MailAddress): void {
    const { accounts, mailQueue, now } = this.#options;
    const key = accounts.throttleKey(mail);
    if (this.#throttle.take(`register ${key}`) > 0) return;
    const atS = now();
    mailQueue.post(key, async () => {
      const account = await accounts.findByMail(mail);
      if (!account) return undefined;
      const { preferences } = account;
      if (account.isMailVerified) return { to: mail, ...mailText("account-exists", preferences, { atS }) };
      const link = this.#resetLink(account);
      return { to: mail, ...mailText("registration-repeated", preferences, { atS, link }) };
    });
  }

  /** Sends the link that logs in, if the address has an account; the one that verifies the address while nobody can log in. */
  loginLink(mail: MailAddress): void {
    const { accounts, mailQueue, now, purposeTokens } = this.#options;
    const key = accounts.throttleKey(mail);
    if (this.#throttle.take(`link ${key}`) > 0) return;
    const atS = now();
    mailQueue.post(key, async () => {
      const account = await accounts.findByMail(mail);
      if (!account) return undefined;
      if (account.awaitsVerification) return { to: mail, ...this.#verificationText(account) };
      const token = purposeTokens.write("link", account.id, linkBinding(account), LINK_LIFETIME_S);
      const link = this.#link("login", token);
      return { to: mail, ...mailText("login-link", account.preferences, { atS, link }) };
    });
  }

  /** Sends the link that resets the password, if the address has an account. */
  reset(mail: MailAddress): void {
    const key = this.#options.accounts.throttleKey(mail);
    if (this.#throttle.take(`reset ${key}`) > 0) return;
    const atS = this.#options.now();
    this.#options.mailQueue.post(key, async () => {
      const account = await this.#options.accounts.findByMail(mail);
      if (!account) return undefined;
      const link = this.#resetLink(account);
      return { to: mail, ...mailText("reset", account.preferences, { atS, link }) };
    });
  }

  /** Tells the owner what happened, when it is worth telling and the address is verified. */
  notice(event: AuditEvent): void {
    const notice = noticeOf(event.event);
    const { account: id } = event;
    if (notice === undefined || id === undefined) return;
    if (event.event === "device.new" && this.#byDevice.take(id) > 0) return;
    this.#toOwner(id, notice, { atS: this.#options.now() });
  }

  /** Tells the owner of a tag who was let in, if there is such an account. */
  ownerNotice({ account, kind, tag }: OwnerNotice): void {
    if (this.#byTag.take(account) > 0) return;
    this.#toOwner(account, kind, { tag, atS: this.#options.now() });
  }

  /** To a verified address alone. */
  #toOwner(id: string, name: MailName, values: MailValues): void {
    this.#options.mailQueue.post(id, async () => {
      const account: Account | undefined = await this.#options.accounts.findById(id);
      const to = await this.#options.accounts.mailOf(id);
      if (!account?.isMailVerified || to === undefined) return undefined;
      return { to, ...mailText(name, account.preferences, values) };
    });
  }

  /**
   * Sends the link that makes the address the account's; 0, or the seconds to wait. Whether the address has an
   * account is told to that address alone.
   */
  change(account: Account, mail: MailAddress): number {
    const { accounts, mailQueue, purposeTokens } = this.#options;
    const retryAfterS = this.#throttle.take(`change ${account.id}`);
    if (retryAfterS > 0) return retryAfterS;
    const throttleKey = accounts.throttleKey(mail);
    if (this.#throttle.take(`change to ${throttleKey}`) > 0) return 0;
    const atS = this.#options.now();
    mailQueue.post(throttleKey, async () => {
      const other = await accounts.findByMail(mail);
      if (other) return { to: mail, ...mailText("address-in-use", other.preferences, { atS }) };
      const token = purposeTokens.write(
        "change",
        account.id,
        changeBinding(account, throttleKey),
        CHANGE_LIFETIME_S,
      );
      const link = this.#link("change", token);
      return { to: mail, ...mailText("change", account.preferences, { atS, link }) };
    });
    return 0;
  }

  /** Prepares the message to the address that the account is about to lose; call what it gives to send it. */
  prepareChanged(account: Account): Promise<() => void> {
    return this.#prepare(account, "address-changed");
  }

  /** Prepares the last message of an account that is about to be deleted; call what it gives to send it. */
  prepareDeleted(account: Account): Promise<() => void> {
    return this.#prepare(account, "account-deleted");
  }

  async #prepare({ id, isMailVerified, preferences }: Account, name: MailName): Promise<() => void> {
    const text = mailText(name, preferences, { atS: this.#options.now() });
    const to = await this.#options.accounts.mailOf(id);
    if (!isMailVerified || to === undefined) return () => undefined;
    return () => this.#options.mailQueue.post(id, () => Promise.resolve({ to, ...text }));
  }

  #verificationText(account: Account): MailText {
    return mailText("verification", account.preferences, { link: this.verificationLink(account) });
  }

  #resetLink(account: Account): string {
    const binding = resetBinding(account);
    const token = this.#options.purposeTokens.write("reset", account.id, binding, RESET_LIFETIME_S);
    return this.#link("reset", token);
  }

  #link(what: string, token: string): string {
    return `${this.#options.linkBase}#${what}=${token}`;
  }
}
