import type { Account } from "../accounts/accounts.ts";
import type { AuthService } from "../auth-service.ts";
import { busy, invalidField, problem, tooManyRequests } from "../http/problem.ts";
import type { Problem } from "../http/problem.ts";

/** What checks a password once more. */
export type ConfirmPasswordParts = Pick<AuthService, "accounts" | "audit" | "hasher" | "throttle">;

/** What the confirmation gave: the account, or the answer to who is not its owner. */
export type Confirmation = { readonly account: Account } | { readonly refusal: Problem };

/**
 * Asks for the password once more before something that a thief of an access token must not do. Failures count like
 * those of logins.
 */
export async function confirmPassword(
  service: ConfirmPasswordParts,
  id: string,
  password: string,
  address: string,
): Promise<Confirmation> {
  const account = await service.accounts.findById(id);
  if (!account) return { refusal: problem("unauthenticated", "The account no longer exists.") };
  const retryAfterS = service.throttle.login(account.throttleKey, address);
  if (retryAfterS > 0) return { refusal: tooManyRequests(retryAfterS) };
  const verdict = await service.hasher.verify(password, account.passwordHash);
  if (verdict === "busy") return { refusal: busy() };
  if (verdict === "wrong") {
    service.audit.record({ event: "login.refused", account: id, network: address });
    return { refusal: invalidField({ field: "password", message: "The password is wrong." }) };
  }
  service.throttle.passwordRight(account.throttleKey, address);
  return { account };
}
