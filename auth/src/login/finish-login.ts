import type { Account } from "../accounts/accounts.ts";
import type { AuthService } from "../auth-service.ts";
import { checkSecondFactor } from "../second-factor/check-second-factor.ts";
import type { SecondFactorParts, SecondProof } from "../second-factor/check-second-factor.ts";
import type { FactorPlace } from "./login-throttle.ts";

/** How long a login may wait for its second factor. */
export const CHALLENGE_LIFETIME_S = 300;

/** What reads the challenge of a login. */
export type ChallengeParts = Pick<AuthService, "accounts" | "purposeTokens">;

/** What ends a login. */
export type FinishLoginParts = ChallengeParts & SecondFactorParts & Pick<AuthService, "devices">;

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
  /** Of a device from which the owner was let in before. */
  readonly mark?: string | undefined;
}

/** Whose login the challenge belongs to, and whether it began with a mailed link. */
interface BegunLogin {
  readonly account: Account;
  readonly isMailed: boolean;
}

/** The login that the challenge belongs to, while it is good. It dies with the password that it was given for. */
export async function loginOfChallenge(
  { accounts, purposeTokens }: ChallengeParts,
  challenge: string,
): Promise<BegunLogin | undefined> {
  const account = await accounts.findById(purposeTokens.accountOf(challenge));
  const binding = account?.passwordHash.tag ?? new Uint8Array();
  const isMailed = purposeTokens.check("linked", challenge, binding);
  const isGenuine = isMailed || purposeTokens.check("login", challenge, binding);
  return isGenuine && account ? { account, isMailed } : undefined;
}

/** Ends a login of an account with a second factor. */
export async function finishLogin(
  service: FinishLoginParts,
  { challenge, proof, address, mark }: SecondStep,
): Promise<FinishOutcome> {
  const begun = await loginOfChallenge(service, challenge);
  if (!begun) {
    service.audit.record({ event: "login.refused", network: address });
    return { kind: "refused" };
  }
  const { account } = begun;
  const place = placeOf(begun, await service.devices.find(account.id, mark));
  const check = await checkSecondFactor(service, account, proof, { network: address, place });
  switch (check.kind) {
    case "throttled":
      return check;
    case "wrong":
      return { kind: "refused" };
    case "right":
      service.throttle.loggedIn(account.throttleKey, address);
      return { kind: "accepted", account };
  }
}

/** Who reads the mail or has a mark is counted apart from who has only the password. */
function placeOf(
  { account: { id: account }, isMailed }: BegunLogin,
  device: string | undefined,
): FactorPlace {
  if (device !== undefined) return { account, device };
  return isMailed ? { account, isMailed } : { account };
}
