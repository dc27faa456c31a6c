import { z } from "zod";
import { nextTimeOfDay } from "./day-windows.ts";
import { factsAt, stagesOf, zoneOf } from "./facts.ts";
import { earliest, type Judging, type Told, type Verdict } from "./judging.ts";
import { outsideOf } from "./outside-of.ts";
import { applies, endOfQuiet } from "./rule-times.ts";

const memorySchema = z.object({
  /** What the time was made from: another minute or zone makes another. */
  basis: z.string(),
  next: z.number(),
  /** A time that passed in quiet hours, to be told at their end if it still holds. */
  held: z.number().optional(),
});

const DEFAULT_MINUTE = 22 * 60;

/** A time that passed longer ago while nothing ran is not told any more, seconds. */
const STALE_S = 6 * 3_600;

/** Tells at a time of day that a tag is in none of the zones. */
export function notBackBy(judging: Judging, kept: unknown): Verdict {
  const { nowS } = judging;
  const { basis, next, asked } = timesOf(judging, kept);
  const told = asked === undefined ? undefined : toldOf(judging, asked);
  if (told === undefined) return { memory: { basis, next }, told: [], dueAt: next };
  const quietEnd = endOfQuiet(judging);
  if (quietEnd > nowS)
    return { memory: { basis, next, held: asked }, told: [], dueAt: earliest([next, quietEnd]) };
  return { memory: { basis, next }, told: [told], dueAt: next };
}

/** The next time, and the one that has passed and was not answered. */
function timesOf(
  judging: Judging,
  kept: unknown,
): { readonly basis: string; readonly next: number; readonly asked: number | undefined } {
  const { nowS, rule, task } = judging;
  const minute = rule.byMinute ?? DEFAULT_MINUTE;
  const { timeZone } = task.preferences;
  const basis = `${minute} ${timeZone}`;
  const memory = memorySchema.safeParse(kept).data;
  if (memory?.basis === basis && memory.next > nowS) return { basis, next: memory.next, asked: memory.held };
  const next = nextTimeOfDay(minute, nowS, timeZone) ?? nowS + STALE_S;
  if (memory?.basis !== basis) return { basis, next, asked: undefined };
  return { basis, next, asked: applies(judging, memory.next) ? memory.next : memory.held };
}

function toldOf(judging: Judging, atS: number): Told | undefined {
  const outside = outsideOf(judging);
  const isStale = judging.rule.quiet === undefined && judging.nowS - atS > STALE_S;
  if (outside === undefined || outside.since > atS || isStale) return undefined;
  const doubted = outside.isDoubted ? { isDoubted: true } : {};
  const facts = { ...factsAt(judging, atS), geofence: zoneOf(judging, outside.key), ...doubted };
  return { kind: "not-back-by", key: outside.key, facts, stages: stagesOf({}) };
}
