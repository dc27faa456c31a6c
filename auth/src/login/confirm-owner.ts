import type { Assertion } from "@purrimeter/auth-api/passkeys";
import type { Account } from "../accounts/accounts.ts";
import type { Bearer } from "./access-tokens.ts";
import { confirmPassword } from "./confirm-password.ts";
import type { Confirmation, ConfirmPasswordParts } from "./confirm-password.ts";
import { problem, tooManyRequests } from "../http/problem.ts";
import type { Problem } from "../http/problem.ts";
import { asAssertion } from "../passkeys/browser-answers.ts";
import { checkSecondFactor } from "../second-factor/check-second-factor.ts";
import type { SecondFactorParts } from "../second-factor/check-second-factor.ts";
import { secondFactorRequired } from "../second-factor/second-factor-required.ts";
import type { SecondFactorRequiredParts } from "../second-factor/second-factor-required.ts";

/** What checks all that a login asks for. */
export type ConfirmOwnerParts = ConfirmPasswordParts & SecondFactorParts & SecondFactorRequiredParts;

/** What shows once more that the owner asks: the password, and a second factor where the account has one. */
export interface OwnerProof {
  readonly password: string;
  readonly code?: string | undefined;
  /** To the options of `/login/passkey/options`, as a login has it. */
  readonly passkey?: Assertion | undefined;
}

/**
 * Asks for all that a login asks for before something that cannot be taken back (ASVS 5.0, 7.5.1 and 7.5.3). Without the second factor
 * the answer is that of a login, with a challenge.
 */
export async function confirmOwner(
  service: ConfirmOwnerParts,
  bearer: Bearer,
  proof: OwnerProof,
  address: string,
): Promise<Confirmation> {
  const confirmation = await confirmPassword(service, bearer, proof.password, address);
  if ("refusal" in confirmation) return confirmation;
  const refusal = await refuseFactor(service, confirmation.account, bearer.sid, proof, address);
  return refusal ? { refusal } : confirmation;
}

async function refuseFactor(
  service: ConfirmOwnerParts,
  account: Account,
  session: string,
  { code, passkey }: OwnerProof,
  address: string,
): Promise<Problem | undefined> {
  if (!(await service.secondFactors.isRequired(account.id))) return undefined;
  const proof = passkey ? { passkey: asAssertion(passkey) } : code !== undefined && { code };
  if (!proof) return secondFactorRequired(service, account);
  const check = await checkSecondFactor(service, account, proof, {
    network: address,
    place: { account: account.id, session },
  });
  switch (check.kind) {
    case "right":
      return undefined;
    case "wrong":
      return problem("wrong-credentials", "The second factor is wrong or was already used.");
    case "throttled":
      return tooManyRequests(check.retryAfterS);
  }
}
