import { verifyAuditRows, type AuditRow } from "@purrimeter/auth/audit-trail";
import type { OpenAccounts } from "@purrimeter/auth/open-accounts";

/** What an intact trail ends with, or where a broken one breaks. */
export type VerifiedTrail =
  | {
      readonly intact: true;
      readonly events: number;
      /** Hash of the newest event: who notes it down notices when the end is cut off. Empty without events. */
      readonly head: string;
    }
  | { readonly intact: false; readonly brokenAt: number };

const PAGE = 1_000;

/** Follows the chain of events from the oldest that is kept to the newest. */
export async function verifyTrail({ audit }: Pick<OpenAccounts, "audit">): Promise<VerifiedTrail> {
  let last: AuditRow | undefined;
  for (let events = 0; ;) {
    const page = await audit.read(last?.number ?? 0, PAGE);
    const verdict = verifyAuditRows(last === undefined ? page : [last, ...page]);
    if (verdict !== "intact") return { intact: false, brokenAt: verdict.brokenAt };
    events += page.length;
    last = page.at(-1) ?? last;
    if (page.length < PAGE) return { intact: true, events, head: last?.hash ?? "" };
  }
}
