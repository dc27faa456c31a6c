import type { AlertFacts } from "@purrimeter/store/alert";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { z } from "zod";
import { evidenceOf, factsAt, originOf, originSchema, stagesOf, zoneOf } from "./facts.ts";
import { flapHold, withoutReleased } from "./flap-hold.ts";
import {
  earliest,
  FLAP_S,
  LATE_HOLD_S,
  LATE_S,
  type Crossing,
  type Judging,
  type Told,
  type Verdict,
} from "./judging.ts";
import { applies, concernsZone, endOfQuiet } from "./rule-times.ts";

const pendingSchema = z.object({
  /** When it left; the first time of several. */
  at: z.number(),
  count: z.number(),
  dueAt: z.number(),
  backAt: z.number().optional(),
  isLate: z.boolean().optional(),
  isDoubted: z.boolean().optional(),
  fromUnknown: z.boolean().optional(),
  origin: originSchema,
});

type Pending = z.infer<typeof pendingSchema>;
type Waiting = Readonly<Record<string, Pending>>;

const memorySchema = z.record(z.string(), pendingSchema);

/**
 * Tells that a tag left a zone: at once, after the dwell, or joined with the way back when both are known before anybody is told. A
 * change to outside whose last known side was inside is always told: what is past by then, as past.
 */
export function left(judging: Judging, kept: unknown): Verdict {
  const before = withoutReleased(judging, memorySchema.safeParse(kept).data ?? {});
  const { waiting, told = [], closes = [] } = afterCrossing(judging, before);
  const due = dueOf(judging, waiting);
  return {
    memory: Object.keys(due.waiting).length === 0 ? undefined : due.waiting,
    told: [...told, ...due.told],
    dueAt: earliest(Object.values(due.waiting).map(({ dueAt }) => dueAt)),
    closes: [...closes, ...due.told.flatMap(({ key = "" }) => key)],
  };
}

interface Step {
  readonly waiting: Waiting;
  readonly told?: readonly Told[];
  readonly closes?: readonly string[];
}

function afterCrossing(judging: Judging, waiting: Waiting): Step {
  const { crossing, rule } = judging;
  if (crossing === undefined || !concernsZone(rule, crossing.key)) return { waiting };
  if (crossing.to === "outside" && crossing.knownBefore === "inside")
    return applies(judging, crossing.at)
      ? { waiting: { ...waiting, [crossing.key]: goneOut(judging, crossing, waiting) } }
      : { waiting };
  return crossing.to === "inside" && !crossing.isPast ? comeBack(judging, crossing, waiting) : { waiting };
}

function goneOut(judging: Judging, crossing: Crossing, waiting: Waiting): Pending {
  const { mayWait, nowS, task } = judging;
  const { key, at, fromUnknown } = crossing;
  const earlier = waiting[key] ?? { at, count: 0, dueAt: 0, isLate: false, isDoubted: false };
  const isDoubted = task.event.kind === "transition" && task.event.doubt !== undefined;
  return {
    at: Math.min(at, earlier.at),
    count: earlier.count + 1,
    dueAt: mayWait ? Math.max(heldUntil(judging, crossing), earlier.dueAt) : nowS,
    backAt: backAfter(judging, crossing),
    isLate: (mayWait && nowS - at > LATE_S) || earlier.isLate,
    isDoubted: isDoubted || earlier.isDoubted,
    fromUnknown,
    origin: originOf(judging),
  };
}

function heldUntil({ fences, nowS, rule }: Judging, { key, at, isPast }: Crossing): number {
  const isLate = nowS - at > LATE_S || isPast;
  return Math.max(
    at + (rule.dwellS ?? 0),
    flapHold(fences[key], "outside", nowS),
    isLate ? nowS + LATE_HOLD_S : nowS,
  );
}

/** When it came back, when that was heard before. */
function backAfter({ fences }: Judging, { key, at, isPast }: Crossing): number | undefined {
  const fence = fences[key];
  return isPast && fence?.side === "inside" ? Math.max(at, fence.insideSince ?? fence.at) : undefined;
}

function comeBack(judging: Judging, { key, at }: Crossing, waiting: Waiting): Step {
  const { [key]: out, ...others } = waiting;
  if (out === undefined) return { waiting, ...joined(judging, key, at) };
  // A tag whose clock was set back is not back before it left.
  const backAt = Math.max(at, out.at);
  const isTooShort = out.count === 1 && backAt - out.at < (judging.rule.dwellS ?? 0);
  return { waiting: isTooShort ? others : { ...waiting, [key]: { ...out, backAt } }, closes: [key] };
}

/** The way out is in no hands yet: both are told as one instead. */
function joined(judging: Judging, key: string, at: number): Pick<Step, "told" | "closes"> {
  const { fences, task, rule } = judging;
  const told = fences[key]?.told;
  const replaced = task.untold.find((id) => id === told?.alert && told.side === "outside");
  if (told === undefined || replaced === undefined || !concernsZone(rule, key)) return {};
  const pending = {
    at: told.at,
    count: told.count,
    dueAt: 0,
    backAt: Math.max(at, told.at),
    origin: originOf(judging),
  };
  return { told: [{ ...toldOf(judging, key, pending), replaces: [replaced] }], closes: [key] };
}

function dueOf(
  judging: Judging,
  waiting: Waiting,
): { readonly waiting: Waiting; readonly told: readonly Told[] } {
  const { nowS } = judging;
  const kept: Record<string, Pending> = {};
  const told: Told[] = [];
  for (const [key, pending] of Object.entries(waiting)) {
    // The way out is urgent. That the tag was out and is back can wait for the morning.
    const heldUntilS = Math.min(pending.dueAt, longestHold(judging));
    const dueAt =
      pending.backAt === undefined ? heldUntilS : Math.max(heldUntilS, quietEndOf(judging, heldUntilS));
    if (dueAt > nowS) kept[key] = { ...pending, dueAt };
    else told.push(toldOf(judging, key, pending));
  }
  return { waiting: kept, told };
}

/** A clock that was ahead has nothing wait for longer than the rule says. */
function longestHold({ nowS, rule }: Judging): number {
  return nowS + Math.max(rule.dwellS ?? 0, FLAP_S);
}

function quietEndOf(judging: Judging, heldUntilS: number): number {
  return heldUntilS > judging.nowS ? heldUntilS : endOfQuiet(judging);
}

function toldOf(judging: Judging, key: string, pending: Pending): Told {
  const { at, count, backAt, isLate, isDoubted, fromUnknown, origin } = pending;
  const facts: AlertFacts = {
    ...factsAt(judging, at),
    geofence: zoneOf(judging, key),
    ...(count > 1 && { count }),
    ...(backAt !== undefined && { backAt: backAt as UnixSeconds }),
    ...(isLate === true && { isLate }),
    ...(isDoubted === true && { isDoubted }),
    ...(fromUnknown === true && count === 1 && { fromUnknown }),
    ...evidenceOf(origin),
  };
  return { kind: "left", key, facts, stages: stagesOf(origin) };
}
