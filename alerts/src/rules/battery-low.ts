import { z } from "zod";
import { factsAt, originOf, stagesOf } from "./facts.ts";
import { LATE_S, type Judging, type Verdict } from "./judging.ts";
import { applies, endOfQuiet, nextApplies } from "./rule-times.ts";

const DEFAULT_BELOW = 20;

/** A battery that has so much more than the rule's bound is charged: a low one is told again after that, percent. */
const RECOVERED = 10;

const memorySchema = z.object({
  at: z.number(),
  isLow: z.boolean(),
  isTold: z.boolean(),
  percent: z.number(),
});

type Memory = z.infer<typeof memorySchema>;

/** Tells once that a battery is low, until it was charged: a cold night and a warm morning are no news. */
export function batteryLow(judging: Judging, kept: unknown): Verdict {
  const memory = afterEvent(judging, memorySchema.safeParse(kept).data);
  if (memory === undefined || !memory.isLow || memory.isTold) return { memory, told: [] };
  const { nowS } = judging;
  const dueAt = applies(judging, nowS) ? endOfQuiet(judging) : nextApplies(judging);
  if (dueAt === undefined || dueAt > nowS) return { memory, told: [], dueAt };
  const facts = { ...factsAt(judging, memory.at), batteryPercent: memory.percent };
  const told = { kind: "battery-low", facts, stages: stagesOf(originOf(judging)) } as const;
  return { memory: { ...memory, isTold: true }, told: [told] };
}

function afterEvent(
  { task: { event, batteryPercent }, rule, nowS }: Judging,
  before: Memory | undefined,
): Memory | undefined {
  if (event.kind !== "battery") return before;
  const at = Math.min(event.at === 0 ? nowS : event.at, nowS);
  if (before !== undefined && at < before.at) return before;
  // What is late was low then; what counts is what the tag said last.
  const percent = nowS - at > LATE_S ? (batteryPercent ?? event.percent) : event.percent;
  const below = rule.belowPercent ?? DEFAULT_BELOW;
  const isLow = percent <= below || (before?.isLow === true && percent < below + RECOVERED);
  return { at, percent, isLow, isTold: isLow && before?.isTold === true };
}
