import type { AuthenticationResponseJSON } from "@simplewebauthn/server";
import type { Account } from "./accounts.ts";
import type { AuthService } from "./auth-service.ts";

/** How long a login may wait for its second factor. */
export const CHALLENGE_LIFETIME_S = 300;

/** What became of the second step of a login. */
export type FinishOutcome =
  | { readonly kind: "accepted"; readonly account: Account }
  | { readonly kind: "throttled"; readonly retryAfterS: number }
  | { readonly kind: "refused" };

/** A TOTP or recovery code, or what a browser gives for a passkey. */
export type SecondProof = { readonly code: string } | { readonly passkey: AuthenticationResponseJSON };

/** What the client comes back with: the challenge of the first step, and a second factor. */
export interface SecondStep {
  readonly challenge: string;
  readonly proof: SecondProof;
  readonly address: string;
}

/** Whose login the challenge belongs to, while it is good. It dies with the password that it was given for. */
export async function accountOfChallenge(
  { accounts, purposeTokens }: AuthService,
  challenge: string,
): Promise<Account | undefined> {
  const account = await accounts.findById(purposeTokens.accountOf(challenge));
  const genuine = purposeTokens.check("login", challenge, account?.passwordHash.tag ?? new Uint8Array());
  return genuine ? account : undefined;
}

/** Ends a login of an account with a second factor. */
export async function finishLogin(
  service: AuthService,
  { challenge, proof, address }: SecondStep,
): Promise<FinishOutcome> {
  const account = await accountOfChallenge(service, challenge);
  if (!account) return { kind: "refused" };
  const retryAfterS = service.throttle.secondFactor(account.id);
  if (retryAfterS > 0) return { kind: "throttled", retryAfterS };
  const factor = await use(service, account.id, proof);
  const event = { account: account.id, network: address };
  if (factor === undefined) {
    service.audit.record({ event: "login.second-factor-refused", ...event });
    return { kind: "refused" };
  }
  service.throttle.secondFactorRight(account.id);
  service.throttle.loggedIn(account.throttleKey, address);
  if (factor === "recovery-code") service.audit.record({ event: "recovery-code.used", ...event });
  service.audit.record({ event: "login.accepted", ...event });
  return { kind: "accepted", account };
}

async function use(
  { passkeys, secondFactors }: AuthService,
  account: string,
  proof: SecondProof,
): Promise<"totp" | "recovery-code" | "passkey" | undefined> {
  if ("code" in proof) return secondFactors.use(account, proof.code);
  return (await passkeys.finishLogin(account, proof.passkey)) ? "passkey" : undefined;
}
