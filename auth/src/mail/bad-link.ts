import { invalidField } from "../http/problem.ts";
import type { Problem } from "../http/problem.ts";

/** The answer to the token of a link that has expired, was used, is void, belongs to another or is forged: one for all of them. */
export function badLink(): Problem {
  return invalidField({
    field: "token",
    message: "The link is not valid or has expired. Request a new one.",
  });
}
