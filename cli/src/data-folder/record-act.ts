import type { AuditTrail } from "@purrimeter/auth/audit-trail";
import type { TagId } from "@purrimeter/protocol/values";
import { failed, type Failure } from "../terminal/failure.ts";

/** What is done to a tag at the command line. */
type Act = "tag.code-renewed" | "tag.revoked";

/** Has the act in the audit trail before it is done; a failure when that cannot be: then it is not done. */
export async function recordAct(
  audit: Pick<AuditTrail, "record" | "flush">,
  event: Act,
  tag: TagId,
): Promise<{ readonly tag: TagId } | Failure> {
  audit.record({ event, session: tag });
  if (await audit.flush()) return { tag };
  return failed("the audit trail cannot be written, so nothing was done; see the message above");
}
