import { z } from "zod";
import { evidenceOf, factsAt, originOf, originSchema, stagesOf, zoneOf } from "./facts.ts";
import { flapHold, withoutReleased } from "./flap-hold.ts";
import {
  earliest,
  LATE_HOLD_S,
  LATE_S,
  type Crossing,
  type Judging,
  type Told,
  type Verdict,
} from "./judging.ts";
import { applies, concernsZone, endOfQuiet } from "./rule-times.ts";

const pendingSchema = z.object({
  at: z.number(),
  dueAt: z.number(),
  isLate: z.boolean().optional(),
  origin: originSchema,
});

type Pending = z.infer<typeof pendingSchema>;
type Waiting = Readonly<Record<string, Pending>>;

const memorySchema = z.record(z.string(), pendingSchema);

/** Tells that a tag came back into a zone, if it is still there when it may be told. */
export function cameBack(judging: Judging, kept: unknown): Verdict {
  const waiting = afterCrossing(judging, withoutReleased(judging, memorySchema.safeParse(kept).data ?? {}));
  const left: Record<string, Pending> = {};
  const told: Told[] = [];
  for (const [key, pending] of Object.entries(waiting)) {
    const dueAt = pending.dueAt > judging.nowS ? pending.dueAt : endOfQuiet(judging);
    if (judging.closed.has(key) || judging.fences[key]?.side === "outside") continue;
    if (dueAt > judging.nowS) left[key] = { ...pending, dueAt };
    else told.push(toldOf(judging, key, pending));
  }
  const memory = Object.keys(left).length === 0 ? undefined : left;
  return { memory, told, dueAt: earliest(Object.values(left).map(({ dueAt }) => dueAt)) };
}

function afterCrossing(judging: Judging, waiting: Waiting): Waiting {
  const { crossing, rule, closed } = judging;
  if (crossing === undefined || crossing.isPast || !concernsZone(rule, crossing.key)) return waiting;
  const isBack = crossing.to === "inside" && crossing.knownBefore === "outside";
  if (!isBack || closed.has(crossing.key) || !applies(judging, crossing.at)) return waiting;
  return { ...waiting, [crossing.key]: pendingOf(judging, crossing) };
}

function pendingOf(judging: Judging, { key, at }: Crossing): Pending {
  const { fences, mayWait, nowS, rule } = judging;
  const isLate = mayWait && nowS - at > LATE_S;
  const holds = [
    at + (rule.dwellS ?? 0),
    flapHold(fences[key], "inside", nowS),
    isLate ? nowS + LATE_HOLD_S : nowS,
  ];
  const dueAt = mayWait ? Math.max(...holds) : nowS;
  return { at, dueAt, ...(isLate && { isLate }), origin: originOf(judging) };
}

function toldOf(judging: Judging, key: string, { at, isLate, origin }: Pending): Told {
  const late = isLate === true ? { isLate } : {};
  const facts = { ...factsAt(judging, at), geofence: zoneOf(judging, key), ...late, ...evidenceOf(origin) };
  return { kind: "came-back", key, facts, stages: stagesOf(origin) };
}
