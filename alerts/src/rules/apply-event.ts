import type { AlertTask } from "@purrimeter/store/alert-work";
import { MAX_FENCES, MAX_SEEN, type FenceState } from "./alert-state.ts";
import type { Crossing } from "./judging.ts";

type Fences = Readonly<Record<string, FenceState>>;
type Transition = Extract<AlertTask["event"], { kind: "transition" }>;

/** A zone that is there no more is forgotten after this time, seconds. */
const FORGET_S = 7 * 86_400;

/** The sides after the event, and what it changed; nothing when it is no change of side, or was judged before. */
export function applyEvent(
  fences: Fences,
  task: AlertTask,
  nowS: number,
): { readonly fences: Fences; readonly crossing: Crossing | undefined } {
  const present = forgetOld(fences, task, nowS);
  const { event } = task;
  if (event.kind !== "transition" || event.doubt === "by-owner")
    return { fences: present, crossing: undefined };
  const key = event.geofence?.id ?? `ref-${event.entry.geofence}`;
  const before = present[key];
  const name = `${event.epoch}:${event.number}`;
  if (before?.seen.includes(name) === true) return { fences: present, crossing: undefined };
  const crossing = crossingOf(event, key, before, nowS);
  const after = {
    ...sideAfter(event, crossing, before),
    seen: [...(before?.seen ?? []), name].slice(-MAX_SEEN),
  };
  return { fences: { ...present, [key]: after }, crossing };
}

/** When it happened; when it arrived if the tag did not know the time or was ahead. */
function timeOf({ at, receivedAtMs }: Transition, nowS: number): number {
  const receivedS = Math.min(nowS, Math.floor(receivedAtMs / 1_000));
  return at === 0 ? receivedS : Math.min(at, nowS);
}

function crossingOf(event: Transition, key: string, before: FenceState | undefined, nowS: number): Crossing {
  const { from, to, lastKnown } = event.entry;
  const at = timeOf(event, nowS);
  // Version 1 of the wire does not say the last known side: then it is what was heard before.
  const known = lastKnown === undefined ? (before?.known ?? null) : lastKnown;
  return {
    ...{ key, to, at },
    knownBefore: from === "unknown" ? known : from,
    fromUnknown: from === "unknown",
    isPast: before !== undefined && isBefore({ ...event, at }, before),
  };
}

/** Entries of one epoch have an order; those of two are compared by their times. */
function isBefore(
  event: { readonly epoch: number; readonly number: number; readonly at: number },
  state: FenceState,
): boolean {
  return event.epoch === state.epoch ? event.number < state.number : event.at < state.at;
}

function sideAfter(event: Transition, crossing: Crossing, before: FenceState | undefined): FenceState {
  if (crossing.isPast && before !== undefined) return before;
  const { to, at } = crossing;
  const { outsideSince, insideSince, told } = before ?? {};
  return {
    side: to,
    known: to === "unknown" ? crossing.knownBefore : to,
    ...{ at, epoch: event.epoch, number: event.number, seen: [] },
    ...(to === "inside" && { insideSince: at, outsideSince }),
    ...(to === "outside" && { outsideSince: before?.known === "outside" ? (outsideSince ?? at) : at }),
    ...(to === "unknown" && { outsideSince, insideSince }),
    ...(told !== undefined && { told }),
  };
}

function forgetOld(fences: Fences, { geofences }: AlertTask, nowS: number): Fences {
  const isKept = ([key, { at }]: [string, FenceState]): boolean =>
    geofences.some(({ id }) => id === key) || at > nowS - FORGET_S;
  const kept = Object.entries(fences).filter(isKept);
  return Object.fromEntries(kept.toSorted(([, a], [, b]) => b.at - a.at).slice(0, MAX_FENCES - 1));
}
