import type { FixEntry, TransitionEntry } from "@purrimeter/protocol/entry";
import { lastKnownFrom } from "../recording/last-known.ts";
import type { Totals } from "../reading/day-total.ts";

const DAY_S = 86_400;

/** Metres of 1e-7 degrees of latitude: the mean radius of the earth, 6,371,008.8 m (IUGG). */
const M_PER_E7 = (6_371_008.8 * Math.PI) / 180 / 1e7;
const TURN_E7 = 3_600_000_000;

/** A cat that has not moved so far from where it was last has not moved: receivers wander by this at rest. */
const LEAST_MOVE_M = 25;

type Side = "inside" | "outside";

/** Last known sides by id of the geofence. */
export type KnownSides = ReadonlyMap<string, Side>;

/** A believed transition of a geofence that the cloud knows. */
export interface KnownTransition {
  readonly geofence: string;
  readonly entry: TransitionEntry;
}

/** What is known of a day of a tag. Believed entries of that day only, ascending in time. */
export interface DayContent {
  /** UTC days since 1970. */
  readonly day: number;
  readonly fixes: readonly FixEntry[];
  readonly transitions: readonly KnownTransition[];
  /** Sides at its start. */
  readonly sides: KnownSides;
  /** When the geofence was deleted, seconds of UTC; Infinity while it was not. */
  readonly endOf: (geofence: string) => number;
}

/** The totals of a day, and the sides at its end. */
export function measureDay(content: DayContent): { readonly totals: Totals; readonly sides: KnownSides } {
  const { outsideS, sides } = timeOutside(content);
  const exits = content.transitions.filter(({ entry }) => isExit(entry)).length;
  return { totals: { outsideS, distanceM: Math.round(distanceM(content.fixes)), exits }, sides };
}

function isExit({ from, to, lastKnown = lastKnownFrom(from) }: TransitionEntry): boolean {
  return to === "outside" && lastKnown === "inside";
}

/** What holds before the first transition of a geofence, where nothing was known: the side that it left. */
function startingSides({ transitions, sides }: DayContent): Map<string, Side> {
  const starting = new Map(sides);
  const seen = new Set(sides.keys());
  for (const { geofence, entry } of transitions) {
    if (!seen.has(geofence) && entry.from !== "unknown") starting.set(geofence, entry.from);
    seen.add(geofence);
  }
  return starting;
}

interface Change {
  readonly at: number;
  readonly geofence: string;
  /** undefined: not known any more. */
  readonly to: Side | undefined;
}

/** In time; a geofence that has ended before the day ends before its transitions of the day, which may be late. */
function changesOf({ transitions, endOf }: DayContent, known: KnownSides): Change[] {
  const changes = transitions.map(({ geofence, entry: { at, to } }): Change => {
    return { at, geofence, to: lastKnownFrom(to) ?? undefined };
  });
  const geofences = new Set([...known.keys(), ...transitions.map(({ geofence }) => geofence)]);
  const ends = [...geofences].map((geofence): Change => ({ at: endOf(geofence), geofence, to: undefined }));
  return [...ends, ...changes].sort((a, b) => a.at - b.at);
}

function timeOutside(content: DayContent): { outsideS: number | undefined; sides: KnownSides } {
  const start = content.day * DAY_S;
  const end = start + DAY_S;
  const sides = startingSides(content);
  let [outsideS, knownS, from] = [0, 0, start];
  const passTo = (at: number): void => {
    const values = [...sides.values()];
    if (values.length > 0) knownS += at - from;
    if (values.includes("outside") && !values.includes("inside")) outsideS += at - from;
    from = at;
  };
  for (const { at, geofence, to } of changesOf(content, sides)) {
    if (at >= end) break;
    passTo(Math.max(from, at));
    if (to === undefined) sides.delete(geofence);
    else sides.set(geofence, to);
  }
  passTo(end);
  return { outsideS: knownS > 0 ? outsideS : undefined, sides };
}

/** From fix to fix, where each is farther from the last one that counted than the errors of both explain. */
function distanceM(fixes: readonly FixEntry[]): number {
  let [sum, last] = [0, fixes[0]];
  for (const fix of fixes) {
    if (last === undefined) break;
    const moved = betweenM(last, fix);
    if (moved < Math.max(LEAST_MOVE_M, (last.accuracyDm + fix.accuracyDm) / 10)) continue;
    sum += moved;
    last = fix;
  }
  return sum;
}

/** Of two places that a cat reaches within a day: the shorter way around the earth, on a plane. */
function betweenM(a: FixEntry, b: FixEntry): number {
  const lonE7 = Math.abs(a.lonE7 - b.lonE7);
  const middle = ((a.latE7 + b.latE7) / 2e7) * (Math.PI / 180);
  const eastM = Math.min(lonE7, TURN_E7 - lonE7) * M_PER_E7 * Math.cos(middle);
  return Math.hypot(eastM, (a.latE7 - b.latE7) * M_PER_E7);
}
