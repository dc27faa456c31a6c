import type { AlertFacts } from "@purrimeter/store/alert";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { z } from "zod";
import { factsAt, stagesOf } from "./facts.ts";
import type { Judging, Told, Verdict } from "./judging.ts";
import { applies, endOfQuiet, nextApplies } from "./rule-times.ts";

const DEFAULT_LONGER_S = 86_400;

/** Of a silent tag it is asked whether it was heard again after a tenth of its silence, within these bounds. Seconds. */
const LOOK_SHARE = 10;
const LEAST_LOOK_S = 60;
const MOST_LOOK_S = 1_800;

const memorySchema = z.object({ toldOf: z.number() });

/**
 * Tells that nothing was heard of a tag for a time: that it is unknown where it is, never that it is away. And once that it was
 * heard again.
 */
export function silent(judging: Judging, kept: unknown): Verdict {
  const told = memorySchema.safeParse(kept).data;
  const heardS = lastHeard(judging);
  const sinceS = heardS ?? judging.since;
  if (told === undefined) return stillHeard(judging, heardS, sinceS);
  if (sinceS <= told.toldOf) return { memory: told, told: [], dueAt: nextLook(judging, sinceS) };
  const again = heardAgain(judging, sinceS, told.toldOf);
  const { memory, dueAt } = stillHeard(judging, heardS, sinceS);
  return { memory, told: again, dueAt };
}

/** The last sign of the tag: an event that came just now is one, also when the time of the last report is not known to the minute. */
function lastHeard({ task: { event, lastHeardAt }, nowS }: Judging): number | undefined {
  const eventS = event.kind === "transition" ? Math.floor(event.receivedAtMs / 1_000) : undefined;
  const signs = [lastHeardAt, eventS].filter((sign) => sign !== undefined);
  return signs.length === 0 ? undefined : Math.min(nowS, Math.max(...signs));
}

function stillHeard(judging: Judging, heardS: number | undefined, sinceS: number): Verdict {
  const { nowS, rule, task } = judging;
  const longerThanS = rule.longerThanS ?? DEFAULT_LONGER_S;
  const dueAt = tellAt(judging, sinceS + longerThanS);
  if (dueAt === undefined || dueAt > nowS) return { memory: undefined, told: [], dueAt };
  const facts: AlertFacts = {
    ...factsAt(judging, sinceS),
    longerThanS,
    ...(heardS !== undefined && { lastHeardAt: heardS as UnixSeconds }),
    ...(task.lastPlace !== undefined && { place: task.lastPlace }),
  };
  const told: Told = { kind: "silent", facts, stages: stagesOf({}) };
  return { memory: { toldOf: sinceS }, told: [told], dueAt: nextLook(judging, sinceS) };
}

function tellAt(judging: Judging, reachedS: number): number | undefined {
  if (reachedS > judging.nowS) return reachedS;
  return applies(judging, judging.nowS) ? endOfQuiet(judging) : nextApplies(judging);
}

function nextLook({ nowS }: Judging, sinceS: number): number {
  return nowS + Math.min(MOST_LOOK_S, Math.max(LEAST_LOOK_S, Math.floor((nowS - sinceS) / LOOK_SHARE)));
}

/** Not in quiet hours: by their end the tag is simply there again. */
function heardAgain(judging: Judging, heardS: number, silentS: number): readonly Told[] {
  if (endOfQuiet(judging) > judging.nowS) return [];
  const facts = { ...factsAt(judging, heardS), lastHeardAt: silentS as UnixSeconds };
  return [{ kind: "heard-again", facts, stages: stagesOf({}) }];
}
