import type { Account } from "../accounts/accounts.ts";
import type { AuthService } from "../auth-service.ts";
import { CHALLENGE_LIFETIME_S } from "../login/finish-login.ts";
import { problem } from "../http/problem.ts";
import type { Problem } from "../http/problem.ts";

/** What writes the challenge of a login. */
export type SecondFactorRequiredParts = Pick<AuthService, "purposeTokens" | "secondFactors">;

/**
 * The answer to a right password that is not enough. `challenge` is for /login/second-factor or /login/passkey/options,
 * and only for who has given the password, or ("linked") has opened the link of a mail.
 */
export async function secondFactorRequired(
  service: SecondFactorRequiredParts,
  { id, passwordHash }: Account,
  purpose: "linked" | "login" = "login",
): Promise<Problem> {
  const challenge = service.purposeTokens.write(purpose, id, passwordHash.tag, CHALLENGE_LIFETIME_S);
  const methods = await service.secondFactors.methods(id);
  return problem(
    "second-factor-required",
    "Send the challenge back with a second factor.",
    undefined,
    {},
    { challenge, methods },
  );
}
