import type { MailAddress } from "@purrimeter/auth-api/mail-address";
import type { Account } from "../accounts/accounts.ts";
import type { AuthService } from "../auth-service.ts";
import type { HashPlace } from "../password/password-hasher.ts";

/** What somebody gives who says to be an account's owner, and where the request came from (see addressPrefix). */
export interface Credentials {
  readonly mail: MailAddress;
  readonly password: string;
  readonly address: string;
  /** Of a device from which the owner was let in before. */
  readonly mark?: string | undefined;
}

/** What checks a login. */
export type LogInParts = Pick<
  AuthService,
  | "accounts"
  | "alarms"
  | "audit"
  | "devices"
  | "hasher"
  | "log"
  | "mail"
  | "mailQueue"
  | "secondFactors"
  | "throttle"
>;

/** What became of a login. */
export type LoginOutcome =
  /** "second-factor": the password is right, and not enough. */
  | { readonly kind: "accepted" | "second-factor"; readonly account: Account }
  | { readonly kind: "throttled"; readonly retryAfterS: number }
  | { readonly kind: "refused" | "busy" };

/** Who is counted for a login. */
interface Place {
  readonly key: string;
  readonly address: string;
  /** Name of the familiar device, if it is one. */
  readonly device: string | undefined;
}

/**
 * Checks a mail address and a password. An unknown address takes the same look-ups and a hash like a known one, so neither
 * answer nor time tells them apart; the hash is made anew when its cost is not today's.
 */
export async function logIn(service: LogInParts, credentials: Credentials): Promise<LoginOutcome> {
  const { mail, password, address, mark } = credentials;
  const account = await service.accounts.findByMail(mail);
  const device = await service.devices.find(account?.id, mark);
  const place = { key: service.accounts.throttleKey(mail), address, device };
  const retryAfterS = service.throttle.login(place.key, address, device);
  const failed = (): void => observeFailure(service, account, place);
  if (retryAfterS > 0) {
    failed();
    service.audit.recordThrottled({ account: account?.id, network: address });
    alertOfGuessing(service, mail, place.key);
    return { kind: "throttled", retryAfterS };
  }
  const verdict = await service.hasher.verify(password, account?.passwordHash, hashPlace(service, place));
  if (verdict === "busy") return { kind: verdict };
  if (verdict === "wrong" || !account || account.awaitsVerification) {
    service.audit.record({ event: "login.refused", account: account?.id, network: address });
    if (verdict === "wrong") failed();
    // Whoever registered it would learn from any other answer that the address had no account.
    if (verdict === "right" && account) service.mail.verification(account.id);
    return { kind: "refused" };
  }
  return letIn(service, account, password, place);
}

/** Also of an address that has no account: rules count what is tried, not what is there. */
function observeFailure(
  { alarms, audit }: Pick<AuthService, "alarms" | "audit">,
  account: Account | undefined,
  { key, address }: Place,
): void {
  const network = audit.hashOfNetwork(address);
  alarms.observe({ event: "login.failed", account: account?.id ?? key, network });
}

async function letIn(
  service: LogInParts,
  account: Account,
  password: string,
  place: Place,
): Promise<LoginOutcome> {
  const { key, address, device } = place;
  service.throttle.passwordRight(key, address, device);
  if (service.hasher.isOutdated(account.passwordHash))
    await renewHash(service, account, password, hashPlace(service, place));
  if (await service.secondFactors.isRequired(account.id)) return { kind: "second-factor", account };
  service.throttle.loggedIn(key, address);
  return { kind: "accepted", account };
}

/** For whom the hash is made: a place that the account knows, or an address that anybody may have. */
function hashPlace({ throttle }: Pick<AuthService, "throttle">, { key, address, device }: Place): HashPlace {
  if (device !== undefined) return { key: device, isFamiliar: true };
  const isFamiliar = throttle.isFamiliar(key, address);
  return isFamiliar ? { key: `${key} ${address}`, isFamiliar } : { key: address, isFamiliar };
}

/** Tells log, trail and owner once an hour; nobody waits for it, so the answer takes no longer for a known address. */
function alertOfGuessing(
  { accounts, audit, log, mailQueue, throttle }: LogInParts,
  mail: MailAddress,
  key: string,
): void {
  if (!throttle.isNewlySlowed(key)) return;
  log.warn("many wrong passwords for one mail address", { event: "security.guessing" });
  mailQueue.post(key, async () => {
    const account = await accounts.findByMail(mail);
    if (account) audit.record({ event: "account.throttled", account: account.id });
    return undefined;
  });
}

async function renewHash(
  { hasher, accounts }: Pick<AuthService, "accounts" | "hasher">,
  account: Account,
  password: string,
  place: HashPlace,
): Promise<void> {
  const renewed = await hasher.hash(password, place);
  if (renewed !== "busy") await accounts.replaceHash(account.id, renewed);
}
