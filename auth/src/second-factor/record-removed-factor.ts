import type { AuthService } from "../auth-service.ts";

/** Records that a factor was removed, and whether it was the last one; in the act of the removal. */
export async function recordRemovedFactor(
  { audit, secondFactors }: Pick<AuthService, "audit" | "secondFactors">,
  account: string,
): Promise<void> {
  audit.record({ event: "second-factor.removed", account });
  if (!(await secondFactors.isRequired(account)))
    audit.record({ event: "second-factor.last-removed", account });
}
