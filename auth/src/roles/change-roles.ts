import type { MailAddress } from "@purrimeter/auth-api/mail-address";
import { TrailError } from "../audit/audit-trail.ts";
import type { Role } from "../accounts/accounts.ts";
import type { OpenAccounts } from "../accounts/open-accounts.ts";

/** Why roles were not changed. */
export type ChangeRolesRefusal = "no-account" | "no-second-factor" | "no-trail";

/**
 * Gives an account these roles and no others, and ends its sessions and personal tokens, so that no token says otherwise
 * any more. Who runs or examines the service needs a second factor (ASVS 5.0, 6.3.3). It is in the audit trail before it
 * is done, and refused when that cannot be written. There is no endpoint for it: whoever may read the database key may run
 * it from the command line, also while the service runs.
 */
export async function changeRoles(
  { accounts, audit, personalTokens, secondFactors, sessions }: OpenAccounts,
  mail: MailAddress,
  roles: readonly Role[],
): Promise<"changed" | ChangeRolesRefusal> {
  const account = await accounts.findByMail(mail);
  if (!account) return "no-account";
  const isTrusted = roles.includes("operator") || roles.includes("auditor");
  if (isTrusted && !(await secondFactors.isRequired(account.id))) return "no-second-factor";
  const changed = await unlessNoTrail(() =>
    audit.act(async () => {
      await accounts.setRoles(account.id, roles);
      await sessions.endAll(account.id);
      await personalTokens.end(account.id);
      audit.record({ event: "roles.changed", account: account.id, actor: "" });
    }),
  );
  if (changed === "no-trail") return changed;
  return "changed";
}

async function unlessNoTrail(act: () => Promise<void>): Promise<"no-trail" | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (error instanceof TrailError) return "no-trail";
    throw error;
  }
}
