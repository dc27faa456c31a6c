import type { AuthService } from "../auth-service.ts";
import {
  judgePassword,
  MIN_PASSWORD_LENGTH,
  MIN_PASSWORD_LENGTH_WITH_SECOND_FACTOR,
} from "./password-policy.ts";
import type { HashPlace } from "./password-hasher.ts";
import { busy } from "../http/problem.ts";
import type { Problem } from "../http/problem.ts";
import { weakPassword } from "./weak-password.ts";

/**
 * The answer to a new password that will not do; eight characters are enough beside a second factor, but not for an account
 * that is being replaced, which loses its factors.
 */
export async function refusePassword(
  { accounts, secondFactors }: Pick<AuthService, "accounts" | "secondFactors">,
  account: string,
  password: string,
  isReplaced = false,
): Promise<Problem | undefined> {
  const mail = (await accounts.mailOf(account)) ?? "";
  const hasSecond = !isReplaced && (await secondFactors.isRequired(account));
  const minLength = hasSecond ? MIN_PASSWORD_LENGTH_WITH_SECOND_FACTOR : MIN_PASSWORD_LENGTH;
  const refusal = judgePassword(password, mail, minLength);
  return refusal && weakPassword(refusal, minLength);
}

/** What stores a hashed password as an account's, or the answer when too many are being hashed. */
export type HashedPassword =
  { readonly store: (account: string) => Promise<void> } | { readonly refusal: Problem };

/** Hashes a password that refusePassword has nothing against. It is stored later, in the transaction of the act. */
export async function hashPassword(
  { accounts, hasher }: Pick<AuthService, "accounts" | "hasher">,
  password: string,
  place: HashPlace,
): Promise<HashedPassword> {
  const hashed = await hasher.hash(password, place);
  if (hashed === "busy") return { refusal: busy() };
  const isShort = judgePassword(password, "") === "too-short";
  return { store: (account) => accounts.replacePassword(account, hashed, isShort) };
}
