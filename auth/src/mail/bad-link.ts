import { invalidField } from "../http/problem.ts";
import type { Problem } from "../http/problem.ts";

/** The answer to the token of a link that is old, used, void, of another or made up: which of these, nobody is told. */
export function badLink(): Problem {
  return invalidField({ field: "token", message: "The link is not valid any more; ask for another." });
}
