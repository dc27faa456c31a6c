import type { Account } from "./accounts.ts";
import type { AuthService } from "./auth-service.ts";

/** How long a login may wait for its second factor. */
export const CHALLENGE_LIFETIME_S = 300;

/** What became of the second step of a login. */
export type FinishOutcome =
  | { readonly kind: "accepted"; readonly account: Account }
  | { readonly kind: "throttled"; readonly retryAfterS: number }
  | { readonly kind: "refused" };

/** What the client comes back with: the challenge of the first step, and a TOTP or recovery code. */
export interface SecondStep {
  readonly challenge: string;
  readonly code: string;
  readonly address: string;
}

/** Ends a login of an account with a second factor. A challenge dies with the password that it was given for. */
export async function finishLogin(
  service: AuthService,
  { challenge, code, address }: SecondStep,
): Promise<FinishOutcome> {
  const account = await service.accounts.findById(service.purposeTokens.accountOf(challenge));
  const genuine = service.purposeTokens.check(
    "login",
    challenge,
    account?.passwordHash.tag ?? new Uint8Array(),
  );
  if (!account || !genuine) return { kind: "refused" };
  const retryAfterS = service.throttle.secondFactor(account.id);
  if (retryAfterS > 0) return { kind: "throttled", retryAfterS };
  const factor = await service.secondFactors.use(account.id, code);
  const event = { account: account.id, network: address };
  if (!factor) {
    service.audit.record({ event: "login.second-factor-refused", ...event });
    return { kind: "refused" };
  }
  service.throttle.secondFactorRight(account.id);
  service.throttle.loggedIn(account.throttleKey, address);
  if (factor === "recovery-code") service.audit.record({ event: "recovery-code.used", ...event });
  service.audit.record({ event: "login.accepted", ...event });
  return { kind: "accepted", account };
}
