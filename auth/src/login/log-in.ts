import type { MailAddress } from "@purrimeter/auth-api/mail-address";
import type { Account } from "../accounts/accounts.ts";
import type { AuthService } from "../auth-service.ts";

/** What somebody gives who says to be an account's owner, and where the request came from (see addressPrefix). */
export interface Credentials {
  readonly mail: MailAddress;
  readonly password: string;
  readonly address: string;
}

/** What checks a login. */
export type LogInParts = Pick<
  AuthService,
  "accounts" | "audit" | "hasher" | "log" | "mailQueue" | "secondFactors" | "throttle"
>;

/** What became of a login. */
export type LoginOutcome =
  /** "second-factor": the password is right, and not enough. */
  | { readonly kind: "accepted" | "second-factor"; readonly account: Account }
  | { readonly kind: "throttled"; readonly retryAfterS: number }
  | { readonly kind: "refused" | "busy" };

/**
 * Checks a mail address and a password. An unknown address takes a look-up and a hash like a known one, so neither
 * answer nor time tells them apart; the hash is made anew when its cost is not today's.
 */
export async function logIn(
  service: LogInParts,
  { mail, password, address }: Credentials,
): Promise<LoginOutcome> {
  const key = service.accounts.throttleKey(mail);
  const retryAfterS = service.throttle.login(key, address);
  if (retryAfterS > 0) {
    alertOfGuessing(service, mail, key);
    return { kind: "throttled", retryAfterS };
  }
  const account = await service.accounts.findByMail(mail);
  const verdict = await service.hasher.verify(password, account?.passwordHash);
  if (verdict === "busy") return { kind: verdict };
  if (verdict === "wrong" || !account) {
    service.audit.record({ event: "login.refused", account: account?.id, network: address });
    return { kind: "refused" };
  }
  service.throttle.passwordRight(key, address);
  if (service.hasher.isOutdated(account.passwordHash)) await renewHash(service, account, password);
  if (await service.secondFactors.isRequired(account.id)) return { kind: "second-factor", account };
  service.throttle.loggedIn(key, address);
  service.audit.record({ event: "login.accepted", account: account.id, network: address });
  return { kind: "accepted", account };
}

/** Tells log, trail and owner once an hour; nobody waits for it, so the answer takes no longer for a known address. */
function alertOfGuessing(
  { accounts, audit, log, mailQueue, throttle }: LogInParts,
  mail: MailAddress,
  key: string,
): void {
  if (!throttle.isNewlySlowed(key)) return;
  log.warn("many wrong passwords for one mail address", { event: "security.guessing" });
  mailQueue.post(async () => {
    const account = await accounts.findByMail(mail);
    if (account) audit.record({ event: "account.throttled", account: account.id });
    return undefined;
  });
}

async function renewHash(
  { hasher, accounts }: Pick<AuthService, "accounts" | "hasher">,
  account: Account,
  password: string,
): Promise<void> {
  const renewed = await hasher.hash(password);
  if (renewed !== "busy") await accounts.replaceHash(account.id, renewed);
}
