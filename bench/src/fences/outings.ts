import { Senses, type Wearer } from "./wearer.ts";

/** A time that a cat was truly out of its zone, UTC. */
export interface Outing {
  readonly from: number;
  readonly to: number;
}

const STEP_S = 5;

/** Shorter ones end before any tracker can say so. */
const SHORTEST_S = 300;

/** The times under the sky in which the cat was at least `radiusM` from home for five minutes or longer. */
export function outingsOf(wearer: Wearer, radiusM: number): Outing[] {
  const senses = new Senses(wearer);
  const outings: Outing[] = [];
  let from: number | undefined;
  for (let utcS = wearer.startsAt; utcS < wearer.endsAt; utcS += STEP_S) {
    const isOut = senses.at(utcS).distanceM > radiusM && senses.truth.sky !== "none";
    if (isOut) from ??= utcS;
    if (isOut || from === undefined) continue;
    if (utcS - from >= SHORTEST_S) outings.push({ from, to: utcS });
    from = undefined;
  }
  return outings;
}
