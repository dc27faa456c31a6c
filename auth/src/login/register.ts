import type { NewAccount } from "../accounts/accounts.ts";
import type { AuthService } from "../auth-service.ts";
import type { Credentials } from "./log-in.ts";
import { judgePassword } from "../password/password-policy.ts";
import type { PasswordRefusal } from "../password/password-policy.ts";

/** What makes an account. */
export type RegisterParts = Pick<AuthService, "accounts" | "audit" | "hasher" | "mail" | "now" | "throttle">;

/** What became of a registration. */
export type RegisterOutcome =
  /** Whether the address had an account is told to that address alone. */
  | { readonly kind: "mailed" }
  | { readonly kind: "weak"; readonly reason: NonNullable<PasswordRefusal> }
  | { readonly kind: "throttled"; readonly retryAfterS: number }
  | { readonly kind: "busy" };

/**
 * Makes an owner's account, unless the address has one. The password is judged and hashed before the address is looked up, and
 * a row and an event are written in both cases, so that answer and time are the same.
 */
export async function register(
  service: RegisterParts,
  credentials: Credentials & Pick<NewAccount, "language">,
): Promise<RegisterOutcome> {
  const { mail, password, address, language } = credentials;
  const retryAfterS = service.throttle.registration(address);
  if (retryAfterS > 0) return { kind: "throttled", retryAfterS };
  const reason = judgePassword(password, mail);
  if (reason) return { kind: "weak", reason };
  const hashed = await service.hasher.hash(password, { key: address, isFamiliar: false });
  if (hashed === "busy") return { kind: "busy" };
  const account = await service.audit.act(async () => {
    const created = await service.accounts.create({ mail, hash: hashed, at: service.now(), language });
    service.audit.record(
      created === "taken"
        ? { event: "account.registered-again", network: address }
        : { event: "account.registered", account: created.id, network: address },
    );
    return created;
  });
  if (account === "taken") service.mail.registeredAgain(mail);
  else service.mail.verification(account.id);
  return { kind: "mailed" };
}
