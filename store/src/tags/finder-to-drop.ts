import { MAX_ADDRESS_REPORTS, MAX_FINDER_REPORTS } from "./finder-reports.ts";

/** A kept report and whose it is; `address` is undefined when that was not noted. */
export interface KeptReport {
  readonly id: number;
  readonly address: string | undefined;
}

/**
 * Which report makes room for another of `address`: a kept one, "none" while there is room, or "new" when the new one is not
 * kept. `kept`: of one ownership, by ascending id.
 *
 * The first of an address never goes for a further one of any address. When there are more addresses than places, the first half
 * of them keeps its places, so that a flood pushes out no early finder, and the others are the newest, so that it keeps out no
 * later one.
 */
export function finderToDrop(kept: readonly KeptReport[], address: string): number | "none" | "new" {
  const own = kept.filter((report) => report.address === address);
  if (own.length >= MAX_ADDRESS_REPORTS) return "new";
  if (kept.length < MAX_FINDER_REPORTS) return "none";
  if (own.length > 0) return "new";
  return newestFurther(kept)?.id ?? kept[MAX_FINDER_REPORTS / 2]?.id ?? "none";
}

/** The newest report of an address that has an older one. */
function newestFurther(kept: readonly KeptReport[]): KeptReport | undefined {
  const seen = new Set<string>();
  let further: KeptReport | undefined;
  for (const report of kept) {
    if (report.address === undefined) continue;
    if (seen.has(report.address)) further = report;
    seen.add(report.address);
  }
  return further;
}
