import type { Context } from "hono";
import type { Dependencies, Env } from "../dependencies.ts";
import { refuse } from "../edge/problem.ts";

/** The same for a code that is wrong, was used, has expired or has been withdrawn, and for one's own; guessing is counted. */
export function wrongCode(
  { alarms }: Pick<Dependencies, "alarms">,
  context: Context<Env>,
  code: string,
): Error {
  alarms.observe({ event: "claim-code.wrong", account: context.get("owner"), object: code });
  const message = "This code is wrong, was used, has expired, or has been withdrawn.";
  return refuse("invalid-request", message, [{ field: "code", message }]);
}
