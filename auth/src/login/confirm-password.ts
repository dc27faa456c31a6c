import type { Account } from "../accounts/accounts.ts";
import type { AuthService } from "../auth-service.ts";
import { busy, invalidField, problem, tooManyRequests } from "../http/problem.ts";
import type { Problem } from "../http/problem.ts";
import type { Bearer } from "./access-tokens.ts";

/** What checks a password once more. */
export type ConfirmPasswordParts = Pick<AuthService, "accounts" | "audit" | "hasher" | "throttle">;

/** What the confirmation gave: the account, or the answer to who is not its owner. */
export type Confirmation = { readonly account: Account } | { readonly refusal: Problem };

/**
 * Asks for the password once more before something that a thief of an access token must not do. Failures are counted for the
 * session: those of strangers who try to log in delay nothing here.
 */
export async function confirmPassword(
  service: ConfirmPasswordParts,
  { account: id, sid }: Bearer,
  password: string,
  address: string,
): Promise<Confirmation> {
  const account = await service.accounts.findById(id);
  if (!account) return { refusal: problem("unauthenticated", "The account no longer exists.") };
  const retryAfterS = service.throttle.confirmation(sid);
  if (retryAfterS > 0) {
    service.audit.recordThrottled({ account: id, network: address });
    return { refusal: tooManyRequests(retryAfterS) };
  }
  const place = { key: `session ${sid}`, isFamiliar: true };
  const verdict = await service.hasher.verify(password, account.passwordHash, place);
  if (verdict === "busy") return { refusal: busy() };
  if (verdict === "wrong") {
    service.audit.record({ event: "login.refused", account: id, session: sid, network: address });
    return { refusal: invalidField({ field: "password", message: "The password is wrong." }) };
  }
  service.throttle.confirmed(sid);
  return { account };
}
