import type { Account } from "../accounts/accounts.ts";
import type { AuthService } from "../auth-service.ts";
import type { Credentials } from "./log-in.ts";
import { judgePassword } from "../password/password-policy.ts";
import type { PasswordRefusal } from "../password/password-policy.ts";

/** What makes an account. */
export type RegisterParts = Pick<AuthService, "accounts" | "audit" | "hasher" | "mail" | "now" | "throttle">;

/** What became of a registration. */
export type RegisterOutcome =
  | { readonly kind: "registered"; readonly account: Account }
  | { readonly kind: "weak"; readonly reason: NonNullable<PasswordRefusal> }
  | { readonly kind: "throttled"; readonly retryAfterS: number }
  | { readonly kind: "taken" | "busy" };

/**
 * Makes an owner's account. The password is judged and hashed before the address is looked up, so that what is wrong
 * with it, and the time, are the same whether the address is taken or not.
 */
export async function register(service: RegisterParts, credentials: Credentials): Promise<RegisterOutcome> {
  const { mail, password, address } = credentials;
  const retryAfterS = service.throttle.registration(address);
  if (retryAfterS > 0) return { kind: "throttled", retryAfterS };
  const reason = judgePassword(password, mail);
  if (reason) return { kind: "weak", reason };
  const hashed = await service.hasher.hash(password);
  if (hashed === "busy") return { kind: "busy" };
  const account = await service.accounts.create(mail, hashed, service.now());
  if (account === "taken") return { kind: "taken" };
  service.audit.record({ event: "account.registered", account: account.id, network: address });
  service.mail.verification(account.id);
  return { kind: "registered", account };
}
