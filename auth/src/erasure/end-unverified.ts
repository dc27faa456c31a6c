import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Accounts } from "../accounts/accounts.ts";
import type { ClosedAccounts } from "./closed-accounts.ts";

const DAY_S = 86_400;

/** Accounts that end at once, at most. */
const MAX_ENDED = 1_000;

/** What ends accounts. */
export interface EndUnverifiedParts {
  readonly accounts: Pick<Accounts, "neverVerified">;
  readonly audit: Pick<AuditTrail, "act" | "record">;
  readonly erasures: Pick<ClosedAccounts, "begin">;
  /** Seconds of UTC. */
  readonly now: () => number;
}

/**
 * Ends accounts whose mail address nobody has verified within `days`: the address is free for its reader again. Accounts of
 * versions before the one that asks for it stay.
 */
export async function endUnverified(
  { accounts, audit, erasures, now }: EndUnverifiedParts,
  days: number,
): Promise<void> {
  for (const account of await accounts.neverVerified(now() - days * DAY_S, MAX_ENDED)) {
    await audit.act(async () => {
      if ((await erasures.begin(account, true)) !== "gone")
        audit.record({ event: "account.unverified-ended", account, actor: "" });
    });
  }
}
