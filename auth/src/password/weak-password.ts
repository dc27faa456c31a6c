import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "./password-policy.ts";
import type { PasswordRefusal } from "./password-policy.ts";
import { invalidField } from "../http/problem.ts";
import type { Problem } from "../http/problem.ts";

/** The answer to a new password that is refused; `minLength` is the limit that it was judged by. */
export function weakPassword(reason: NonNullable<PasswordRefusal>, minLength = MIN_PASSWORD_LENGTH): Problem {
  const field = "password";
  switch (reason) {
    case "too-short":
      return invalidField({ field, message: `At least ${minLength} characters.`, limit: minLength });
    case "too-long":
      return invalidField({
        field,
        message: `At most ${MAX_PASSWORD_LENGTH} characters.`,
        limit: MAX_PASSWORD_LENGTH,
      });
    case "common":
      return invalidField({ field, message: "This password is too common or too easy to guess." });
  }
}
