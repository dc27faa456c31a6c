import type { AuthenticationResponseJSON } from "@simplewebauthn/server";
import type { Account } from "../accounts/accounts.ts";
import type { AuthService } from "../auth-service.ts";
import type { FactorPlace } from "../login/login-throttle.ts";

/** What checks a second factor. */
export type SecondFactorParts = Pick<AuthService, "audit" | "passkeys" | "secondFactors" | "throttle">;

/** A TOTP or recovery code, or what a browser gives for a passkey. */
export type SecondProof = { readonly code: string } | { readonly passkey: AuthenticationResponseJSON };

/** Where a second factor comes from: the network for the trail, the place for the limits. */
export interface FactorSource {
  readonly network: string;
  readonly place: FactorPlace;
}

/** What became of a second factor. */
export type SecondFactorCheck =
  { readonly kind: "right" | "wrong" } | { readonly kind: "throttled"; readonly retryAfterS: number };

/** Checks a second factor of the account, which is used up when it is right. Failures count, and are recorded. */
export async function checkSecondFactor(
  service: SecondFactorParts,
  account: Account,
  proof: SecondProof,
  { network, place }: FactorSource,
): Promise<SecondFactorCheck> {
  const { audit, throttle } = service;
  const retryAfterS = throttle.secondFactor(place);
  if (retryAfterS > 0) {
    audit.recordThrottled({ account: account.id, network });
    return { kind: "throttled", retryAfterS };
  }
  const factor = await use(service, account.id, proof);
  const event = { account: account.id, network };
  if (factor === undefined) {
    audit.record({ event: "login.second-factor-refused", ...event });
    return { kind: "wrong" };
  }
  throttle.secondFactorRight(place);
  if (factor === "recovery-code") audit.record({ event: "recovery-code.used", ...event });
  return { kind: "right" };
}

async function use(
  { passkeys, secondFactors }: SecondFactorParts,
  account: string,
  proof: SecondProof,
): Promise<"totp" | "recovery-code" | "passkey" | undefined> {
  if ("code" in proof) return secondFactors.use(account, proof.code);
  return (await passkeys.finishLogin(account, proof.passkey)) ? "passkey" : undefined;
}
