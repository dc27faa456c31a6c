import { KEPT_S, verifyAuditRows, type AuditRow } from "@purrimeter/auth/audit-trail";
import type { OpenAccounts } from "@purrimeter/auth/open-accounts";

/** Why a trail is not intact. */
export type TrailFault =
  /** An event was changed, or one before it was taken out. */
  | "changed"
  /** The trail begins after its first event, although nothing in it is old enough to have been deleted. */
  | "beginning-missing"
  /** Events at its end, which it has numbers for, are missing. */
  | "end-missing"
  /** No event has the hash that was noted down. */
  | "head-missing";

/** What an intact trail ends with, or where a broken one breaks. */
export type VerifiedTrail =
  | {
      readonly intact: true;
      readonly events: number;
      /** Hash of the newest event: who notes it down can ask for it later. Empty without events. */
      readonly head: string;
    }
  | { readonly intact: false; readonly brokenAt: number; readonly fault: TrailFault };

const PAGE = 1_000;

/** The oldest event that is kept may be this much younger than what is deleted: nothing has to happen each day. */
const QUIET_S = 90 * 86_400;

/** What was seen on the way. */
interface Walk {
  first: AuditRow | undefined;
  last: AuditRow | undefined;
  events: number;
  hasHead: boolean;
}

/** Follows the chain of events from the oldest that is kept to the newest. `head`: a hash that was noted down before. */
export async function verifyTrail(
  { audit }: Pick<OpenAccounts, "audit">,
  head?: string,
): Promise<VerifiedTrail> {
  const lastNumber = await audit.lastNumber();
  const walk: Walk = { first: undefined, last: undefined, events: 0, hasHead: false };
  for (;;) {
    const page = await audit.read(walk.last?.number ?? 0, PAGE);
    const verdict = verifyAuditRows(walk.last === undefined ? page : [walk.last, ...page]);
    if (verdict !== "intact") return broken(verdict.brokenAt, "changed");
    walk.first ??= page[0];
    walk.last = page.at(-1) ?? walk.last;
    walk.events += page.length;
    walk.hasHead ||= page.some(({ hash }) => hash === head);
    if (page.length < PAGE) return judge(walk, lastNumber, head);
  }
}

function judge({ first, last, events, hasHead }: Walk, lastNumber: number, head?: string): VerifiedTrail {
  const newest = last?.number ?? 0;
  if (newest < lastNumber) return broken(newest + 1, "end-missing");
  if (first !== undefined && last !== undefined && isCut(first, last))
    return broken(first.number, "beginning-missing");
  if (head !== undefined && !hasHead) return broken(newest, "head-missing");
  return { intact: true, events, head: last?.hash ?? "" };
}

/** The first event of all has the number 1 and none before it; later ones come first once retention has deleted those. */
function isCut(first: AuditRow, last: AuditRow): boolean {
  if (first.number === 1) return first.previous !== "";
  return first.previous === "" || first.at > last.at - KEPT_S + QUIET_S;
}

function broken(brokenAt: number, fault: TrailFault): VerifiedTrail {
  return { intact: false, brokenAt, fault };
}
