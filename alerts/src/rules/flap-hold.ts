import type { FenceState } from "./alert-state.ts";
import { FLAP_S, type Judging } from "./judging.ts";

/** Way out, way back, way out: what more there is within FLAP_S is told together. */
const MAX_TOLD = 3;

/**
 * When a change to that side may be told: not while a tag goes to and fro over an edge and whoever is told believes that side
 * already, or was told three times. Seconds of UTC; `nowS` when at once.
 */
export function flapHold(fence: FenceState | undefined, side: "inside" | "outside", nowS: number): number {
  const recent = fence?.told?.times.filter((time) => isRecent(time, nowS)) ?? [];
  const [first] = recent;
  if (first === undefined) return nowS;
  return fence?.told?.side === side || recent.length >= MAX_TOLD ? first + FLAP_S : nowS;
}

/** What waits, without the holds that are over because the owner hears of the tag again. */
export function withoutReleased<Waits extends { readonly at: number; readonly dueAt: number }>(
  { released, rule }: Pick<Judging, "released" | "rule">,
  waiting: Readonly<Record<string, Waits>>,
): Readonly<Record<string, Waits>> {
  if (released.size === 0) return waiting;
  const entries = Object.entries(waiting).map(([key, one]): [string, Waits] => {
    const dueAt = released.has(key) ? Math.min(one.dueAt, one.at + (rule.dwellS ?? 0)) : one.dueAt;
    return [key, { ...one, dueAt }];
  });
  return Object.fromEntries(entries);
}

/** The zone after something was told of it. */
export function withTold(
  fence: FenceState,
  told: Omit<NonNullable<FenceState["told"]>, "times">,
  nowS: number,
): FenceState {
  const times = [...(fence.told?.times ?? []).filter((time) => isRecent(time, nowS)), nowS];
  return { ...fence, told: { ...told, times: times.slice(-MAX_TOLD) } };
}

/** What is after now was told while the clock was ahead. */
function isRecent(time: number, nowS: number): boolean {
  return time > nowS - FLAP_S && time <= nowS;
}
