import { asUnixSeconds } from "@purrimeter/protocol/values";
import type { EntryPosition, Location } from "@purrimeter/store/location";
import type { OwnerView } from "@purrimeter/store/owner-view";
import type { Alert } from "@purrimeter/store/alert";

/** Fixes that decide are never older: beliefs age within hours. */
const REACH_S = 86_400;

/** A day of live mode has more, which no single decision looks back on. */
const MAX_PAGES = 10;
const PAGE_ITEMS = 1_000;

/** The fixes that decided an alert, ascending in time, as far as they are kept; none for anybody but the tag's owner. */
export async function fixesOf({ tag, facts, stages }: Alert, view: OwnerView): Promise<Location[]> {
  const evidence = facts?.evidence;
  if (tag === undefined || facts === undefined || evidence === undefined) return [];
  // An alert that stands for several changes happened at the first, and was decided by the last.
  const to = asUnixSeconds(Math.max(facts.at, Math.floor((stages.decidedAt ?? 0) / 1_000))) ?? facts.at;
  const from = asUnixSeconds(Math.max(0, to - REACH_S)) ?? to;
  const found: Location[] = [];
  let after: EntryPosition | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await view.locations(tag, { from, to, after, limit: PAGE_ITEMS });
    if (page === "not-found") return [];
    found.push(...page.items.filter((fix) => isEvidence(fix, evidence)));
    if (page.next === undefined) break;
    after = page.next;
  }
  return found;
}

function isEvidence({ epoch, number }: Location, { epoch: of, first, last }: Evidence): boolean {
  return epoch === of && number >= first && number <= last;
}

type Evidence = NonNullable<NonNullable<Alert["facts"]>["evidence"]>;
