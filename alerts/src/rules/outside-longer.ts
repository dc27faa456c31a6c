import { z } from "zod";
import { factsAt, stagesOf, zoneOf } from "./facts.ts";
import type { Judging, Verdict } from "./judging.ts";
import { outsideOf } from "./outside-of.ts";
import { applies, endOfQuiet, nextApplies } from "./rule-times.ts";

const DEFAULT_LONGER_S = 7_200;

const memorySchema = z.object({ toldSince: z.number() });

/** Tells once that a tag is outside for longer than the rule says. */
export function outsideLonger(judging: Judging, kept: unknown): Verdict {
  const { nowS, rule } = judging;
  const memory = memorySchema.safeParse(kept).data;
  const outside = outsideOf(judging);
  if (outside === undefined) return { memory: undefined, told: [] };
  if (memory?.toldSince === outside.since) return { memory, told: [] };
  const longerThanS = rule.longerThanS ?? DEFAULT_LONGER_S;
  const dueAt = tellAt(judging, outside.since + longerThanS);
  if (dueAt === undefined || dueAt > nowS) return { memory: undefined, told: [], dueAt };
  const facts = {
    ...factsAt(judging, outside.since),
    geofence: zoneOf(judging, outside.key),
    longerThanS,
    ...(outside.isDoubted && { isDoubted: true }),
  };
  return {
    memory: { toldSince: outside.since },
    told: [{ kind: "outside-longer", key: outside.key, facts, stages: stagesOf({}) }],
  };
}

function tellAt(judging: Judging, reachedS: number): number | undefined {
  if (reachedS > judging.nowS) return reachedS;
  return applies(judging, judging.nowS) ? endOfQuiet(judging) : nextApplies(judging);
}
