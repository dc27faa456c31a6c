import type { AuthService } from "../auth-service.ts";
import {
  judgePassword,
  MIN_PASSWORD_LENGTH,
  MIN_PASSWORD_LENGTH_WITH_SECOND_FACTOR,
} from "../password-policy.ts";
import { busy } from "../problem.ts";
import type { Problem } from "../problem.ts";
import { weakPassword } from "../weak-password.ts";

/** Judges and stores a new password; gives the answer to a refused one. Eight characters are enough beside a second factor. */
export async function setPassword(
  service: AuthService,
  account: string,
  password: string,
): Promise<Problem | undefined> {
  const { accounts, hasher, secondFactors } = service;
  const mail = (await accounts.mailOf(account)) ?? "";
  const hasSecond = await secondFactors.isRequired(account);
  const minLength = hasSecond ? MIN_PASSWORD_LENGTH_WITH_SECOND_FACTOR : MIN_PASSWORD_LENGTH;
  const refusal = judgePassword(password, mail, minLength);
  if (refusal) return weakPassword(refusal, minLength);
  const hashed = await hasher.hash(password);
  if (hashed === "busy") return busy();
  await accounts.replacePassword(account, hashed, judgePassword(password, mail) === "too-short");
  return undefined;
}
