import type { Arrival } from "./arrival.ts";
import { gapsIn, type NumberState } from "./number-spans.ts";
import type { NumberRange, ReportChanges } from "./report-changes.ts";

/** Adds the holes that a report makes and the numbers with which it may fill some. Most do neither: two comparisons. */
export function listHoles(
  { report, entriesFrom }: Arrival,
  before: NumberState,
  after: NumberState,
  changes: ReportChanges,
): void {
  const { first, oldest, entries } = report;
  if (first <= before.settled) changes.filled = { first, last: first + entries.length - 1 };
  // Numbers from before a change of owner are no hole in what the new owner has.
  const isInherited = before.settled === 0 && entriesFrom > 0;
  if (oldest <= before.settled + 1 || isInherited) return;
  const gaps = gapsIn(after.spans, before.settled + 1, after.settled);
  for (let i = 0; i < gaps.length; i += 2)
    changes.holes.push({ first: gaps[i] ?? 0, last: gaps[i + 1] ?? 0 });
}

/** How many numbers there are in those ranges, which do not overlap. */
export function countNumbers(ranges: readonly NumberRange[]): number {
  let count = 0;
  for (const { first, last } of ranges) count += last - first + 1;
  return count;
}

/** What is left of a hole when those numbers came after all. */
export function restOfHole(hole: NumberRange, filled: NumberRange): NumberRange[] {
  const rest: NumberRange[] = [];
  if (hole.first < filled.first)
    rest.push({ first: hole.first, last: Math.min(hole.last, filled.first - 1) });
  if (hole.last > filled.last) rest.push({ first: Math.max(hole.first, filled.last + 1), last: hole.last });
  return rest;
}
