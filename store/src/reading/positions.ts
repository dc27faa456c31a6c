import type { EntryPosition } from "./location.ts";

/** Order in which locations and events are served: by time, then epoch, then number. */
export function comparePositions(a: EntryPosition, b: EntryPosition): number {
  return a.at - b.at || a.epoch - b.epoch || a.number - b.number;
}

/** Where an entry is in that order, and nothing else of it. */
export function positionOf({ at, epoch, number }: EntryPosition): EntryPosition {
  return { at, epoch, number };
}
