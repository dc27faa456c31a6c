import type { FenceState } from "./alert-state.ts";
import type { Judging } from "./judging.ts";
import { concernsZone } from "./rule-times.ts";

/** That a tag is in none of a rule's zones. */
export interface Outside {
  /** Zone that it left last. */
  readonly key: string;
  /** Seconds of UTC. */
  readonly since: number;
  /** Its side is unknown by now; the last one that was known was outside. */
  readonly isDoubted: boolean;
}

/**
 * Whether the tag is outside of the rule's zones, as far as is known: in none of them, and outside one at least. Undefined while
 * nothing is known: an unknown tag is not away. Zones that the tag has no more do not count.
 */
export function outsideOf({ fences, rule, task }: Judging): Outside | undefined {
  const zones = task.geofences
    .filter(({ id }) => concernsZone(rule, id))
    .flatMap(({ id: key }): (readonly [string, FenceState])[] => {
      const fence = fences[key];
      return fence === undefined ? [] : [[key, fence]];
    });
  if (zones.some(([, { known }]) => known === "inside")) return undefined;
  const out = zones
    .filter(([, { known }]) => known === "outside")
    .map(([key, fence]) => ({ key, since: fence.outsideSince ?? fence.at, side: fence.side }))
    .toSorted((a, b) => b.since - a.since);
  const [latest] = out;
  if (latest === undefined) return undefined;
  return { key: latest.key, since: latest.since, isDoubted: out.every(({ side }) => side === "unknown") };
}
