import { refuse } from "../edge/problem.ts";

/** The same for a code that is wrong, was used, has expired or has been withdrawn, and for one's own. */
export function wrongCode(): Error {
  const message = "This code is wrong, was used, has expired, or has been withdrawn.";
  return refuse("invalid-request", message, [{ field: "code", message }]);
}
