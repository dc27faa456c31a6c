/** How much of the sky the tag's antenna sees: all of it, the part beside a house and under bushes, none. */
export type Sky = "open" | "partial" | "none";

/** The true place of a cat. One object is made by the reader and filled again. */
export interface Whereabouts {
  latDegrees: number;
  lonDegrees: number;
  speedMS: number;
  sky: Sky;
}

/** A new object for `Life.at`. */
export function nowhere(): Whereabouts {
  return { latDegrees: 0, lonDegrees: 0, speedMS: 0, sky: "none" };
}

/** The true movements of one cat, recorded or invented. */
export interface Life {
  /** UTC in whole seconds at which the tag is switched on. */
  readonly startsAt: number;
  /** Fills in where the cat is. Times may only grow from call to call. */
  at(utcS: number, into: Whereabouts): void;
}

/** Below this speed a cat sits: the accelerometer reports no motion. */
export const MOVING_MS = 0.05;
