import { LruMap } from "@purrimeter/service/lru-map";
import { RateLimiter } from "@purrimeter/service/rate-limiter";
import type { Rate } from "@purrimeter/service/token-bucket";

/** Any attempts from one address: a family behind one router never meets it. */
const BY_ADDRESS: Rate = { burst: 30, perSecond: 1 / 2 };

/** Failures at one account from addresses that never logged in to it: 250 guesses a day at most, from all the world. */
const BY_ACCOUNT: Rate = { burst: 10, perSecond: 1 / 360 };

/** Failures at one account from an address that has logged in to it before: a stranger cannot lock its owner out. */
const BY_FAMILIAR: Rate = { burst: 10, perSecond: 1 / 60 };

/** Failures with one familiar device's mark: it counts alone, so nobody without the mark delays its owner. */
const BY_DEVICE: Rate = BY_FAMILIAR;

/** Failures when a session's owner confirms something: counted by session, so that no stranger delays it. */
const BY_CONFIRMATION: Rate = { burst: 10, perSecond: 1 / 360 };

/** Codes at one account, and as many with each familiar device, in each session and with a mailed link: at 96 guesses a day, three codes good at a time, it takes nine years to meet one. */
const BY_SECOND_FACTOR: Rate = { burst: 5, perSecond: 1 / 900 };

/** Alerts about one account. */
const BY_ALERT: Rate = { burst: 1, perSecond: 1 / 3_600 };

/** Accounts made from one address. */
const BY_REGISTRATION: Rate = { burst: 30, perSecond: 1 / 60 };

/**
 * Exchanges of personal access tokens from one address, which say nothing about passwords: cloud-api asks anew for each
 * token every ten minutes, and whoever guesses has 256 bits to guess.
 */
const BY_EXCHANGE: Rate = { burst: 60, perSecond: 1 };

const MAX_FAMILIAR = 20_000;

/** Who tries a second factor: strangers share a count for the account, all others have their own. */
export type FactorPlace =
  | { readonly account: string }
  | { readonly account: string; readonly device: string }
  | { readonly account: string; readonly session: string }
  | { readonly account: string; readonly isMailed: true };

/**
 * Slows guessing by account and by address. An account is named by the keyed hash of its mail address, so one that does
 * not exist is slowed just like one that does.
 */
export class LoginThrottle {
  readonly #byAddress: RateLimiter;
  readonly #byAccount: RateLimiter;
  readonly #byFamiliar: RateLimiter;
  readonly #byDevice: RateLimiter;
  readonly #byConfirmation: RateLimiter;
  readonly #bySecondFactor: RateLimiter;
  readonly #byAlert: RateLimiter;
  readonly #byRegistration: RateLimiter;
  readonly #byExchange: RateLimiter;
  readonly #familiar = new LruMap<string, true>(MAX_FAMILIAR);

  constructor(monotonicMs: () => number) {
    this.#byAddress = new RateLimiter(BY_ADDRESS, monotonicMs);
    this.#byAccount = new RateLimiter(BY_ACCOUNT, monotonicMs);
    this.#byFamiliar = new RateLimiter(BY_FAMILIAR, monotonicMs);
    this.#byDevice = new RateLimiter(BY_DEVICE, monotonicMs);
    this.#byConfirmation = new RateLimiter(BY_CONFIRMATION, monotonicMs);
    this.#bySecondFactor = new RateLimiter(BY_SECOND_FACTOR, monotonicMs);
    this.#byAlert = new RateLimiter(BY_ALERT, monotonicMs);
    this.#byRegistration = new RateLimiter(BY_REGISTRATION, monotonicMs);
    this.#byExchange = new RateLimiter(BY_EXCHANGE, monotonicMs);
  }

  /** Before anything that costs or reveals a little: 0, or the seconds to wait. */
  address(address: string): number {
    return this.#byAddress.take(address);
  }

  /** Before a password is checked: 0, or the seconds to wait. `device`: of the account's familiar ones. */
  login(account: string, address: string, device?: string): number {
    if (device !== undefined) return this.#byDevice.take(device);
    const pair = `${account} ${address}`;
    const byAccount = (): number =>
      this.#familiar.has(pair) ? this.#byFamiliar.take(pair) : this.#byAccount.take(account);
    return this.#byAddress.take(address) || byAccount();
  }

  /** After a right password: failures before it are forgotten. */
  passwordRight(account: string, address: string, device?: string): void {
    if (device !== undefined) {
      this.#byDevice.reset(device);
      return;
    }
    const pair = `${account} ${address}`;
    if (this.#familiar.has(pair)) this.#byFamiliar.reset(pair);
    else this.#byAccount.reset(account);
  }

  /** After a whole login: the address is familiar from now on. */
  loggedIn(account: string, address: string): void {
    this.#familiar.set(`${account} ${address}`, true);
  }

  /** Whether the account was logged in to from the address since the start. */
  isFamiliar(account: string, address: string): boolean {
    return this.#familiar.has(`${account} ${address}`);
  }

  /** Before a session's owner confirms something with the password: 0, or the seconds to wait. */
  confirmation(session: string): number {
    return this.#byConfirmation.take(session);
  }

  /** After a right password of a session's owner: failures before it are forgotten. */
  confirmed(session: string): void {
    this.#byConfirmation.reset(session);
  }

  /** Before a code is checked: 0, or the seconds to wait. Only who knows the password, or reads the mail, gets here. */
  secondFactor(place: FactorPlace): number {
    return this.#bySecondFactor.take(keyOf(place));
  }

  /** After a right code: failures before it are forgotten. */
  secondFactorRight(place: FactorPlace): void {
    this.#bySecondFactor.reset(keyOf(place));
  }

  /** Whether this is the first time within an hour that the account is slowed: worth an alert. */
  isNewlySlowed(account: string): boolean {
    return this.#byAlert.take(account) === 0;
  }

  /** Before an account is made: 0, or the seconds to wait. */
  registration(address: string): number {
    return this.#byAddress.take(address) || this.#byRegistration.take(address);
  }

  /** Before a personal access token is exchanged: 0, or the seconds to wait. Logins from the address are not counted with it. */
  exchange(address: string): number {
    return this.#byExchange.take(address);
  }
}

function keyOf(place: FactorPlace): string {
  if ("device" in place) return `device ${place.device}`;
  if ("session" in place) return `session ${place.session}`;
  return "isMailed" in place ? `mail ${place.account}` : place.account;
}
