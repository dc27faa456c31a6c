import type { Account } from "../accounts/accounts.ts";
import type { AuthService } from "../auth-service.ts";
import { checkSecondFactor } from "../second-factor/check-second-factor.ts";
import type { SecondFactorParts, SecondProof } from "../second-factor/check-second-factor.ts";

/** How long a login may wait for its second factor. */
export const CHALLENGE_LIFETIME_S = 300;

/** What reads the challenge of a login. */
export type ChallengeParts = Pick<AuthService, "accounts" | "purposeTokens">;

/** What ends a login. */
export type FinishLoginParts = ChallengeParts & SecondFactorParts;

/** What became of the second step of a login. */
export type FinishOutcome =
  | { readonly kind: "accepted"; readonly account: Account }
  | { readonly kind: "throttled"; readonly retryAfterS: number }
  | { readonly kind: "refused" };

/** What the client comes back with: the challenge of the first step, and a second factor. */
export interface SecondStep {
  readonly challenge: string;
  readonly proof: SecondProof;
  readonly address: string;
}

/** Whose login the challenge belongs to, while it is good. It dies with the password that it was given for. */
export async function accountOfChallenge(
  { accounts, purposeTokens }: ChallengeParts,
  challenge: string,
): Promise<Account | undefined> {
  const account = await accounts.findById(purposeTokens.accountOf(challenge));
  const genuine = purposeTokens.check("login", challenge, account?.passwordHash.tag ?? new Uint8Array());
  return genuine ? account : undefined;
}

/** Ends a login of an account with a second factor. */
export async function finishLogin(
  service: FinishLoginParts,
  { challenge, proof, address }: SecondStep,
): Promise<FinishOutcome> {
  const account = await accountOfChallenge(service, challenge);
  if (!account) return { kind: "refused" };
  const check = await checkSecondFactor(service, account, proof, address);
  switch (check.kind) {
    case "throttled":
      return check;
    case "wrong":
      return { kind: "refused" };
    case "right":
      service.throttle.loggedIn(account.throttleKey, address);
      service.audit.record({ event: "login.accepted", account: account.id, network: address });
      return { kind: "accepted", account };
  }
}
