import type { Side } from "@purrimeter/protocol/values";

/** Where the tag is to each of its geofences, and the evidence for it. */
export class Sides {
  constructor(capacity: number) {
    void capacity;
  }

  side(index: number): Side {
    void index;
    return "unknown";
  }

  /** Number of the first entry that counted in the last change. */
  evidenceFrom(index: number): number {
    void index;
    return 0;
  }

  /** Starts again with every side unknown, as after new settings. */
  forget(): void {}
}

/** How near the edge the decision wants the exact distance of a fix of this accuracy, in cm. */
export function exactWithinCm(accuracyDm: number): number {
  return accuracyDm * 10;
}

/**
 * Takes one fix's signed distance (as Geofences.distanceCm gives it) and returns the new side when it changed.
 * The side before is read with `state.side` before the call, the evidence with `state.evidenceFrom` after it.
 */
export function decide(
  state: Sides,
  index: number,
  signedDistanceCm: number,
  accuracyDm: number,
  atS: number,
  entryNumber: number,
): Side | undefined {
  void state;
  void index;
  void signedDistanceCm;
  void accuracyDm;
  void atS;
  void entryNumber;
  return undefined;
}

/** Lets old evidence go: returns "unknown" when the side is no longer backed at `atS`, otherwise undefined. */
export function expire(state: Sides, index: number, atS: number): Side | undefined {
  void state;
  void index;
  void atS;
  return undefined;
}
