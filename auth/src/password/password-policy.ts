import { isCommonPassword } from "./is-common-password.ts";
import { isLeakedPassword } from "./leaked-passwords.ts";
import { normalisePassword } from "./normalise-password.ts";

/** SP 800-63B-4, 3.1.1.2: a password that is the only factor has 15 characters or more. */
export const MIN_PASSWORD_LENGTH = 15;

/** The same section: 8 where a second factor is asked for as well. */
export const MIN_PASSWORD_LENGTH_WITH_SECOND_FACTOR = 8;

/** Longer than any passphrase; bounds what is hashed. */
export const MAX_PASSWORD_LENGTH = 128;

/** Why a password is refused; undefined: it is not. */
export type PasswordRefusal = "too-short" | "too-long" | "common" | undefined;

function countCharacters(text: string): number {
  return [...text].length;
}

/** Judges a new password; length counts characters, not bytes. There are no rules about kinds of characters. */
export function judgePassword(
  password: string,
  mail: string,
  minLength = MIN_PASSWORD_LENGTH,
): PasswordRefusal {
  const normal = normalisePassword(password);
  const length = countCharacters(normal);
  if (length < minLength) return "too-short";
  if (length > MAX_PASSWORD_LENGTH) return "too-long";
  const own = [mail, ...mail.split(/[^\p{L}\p{N}]+/u)];
  return isLeakedPassword(normal) || isCommonPassword(normal, own) ? "common" : undefined;
}
