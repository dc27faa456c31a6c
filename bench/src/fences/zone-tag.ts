import type { Side } from "@purrimeter/protocol/values";
import type { CatDays } from "./cat-days.ts";

/** "own": the tag's own pace; "fixed": a fix at every look. */
export type Pace = "fixed" | "own";

/** A tag with one zone, while a cat wears it: ours, or a peer's rule. */
export interface ZoneTag {
  readonly side: Side;
  /** UTC of the next search. */
  readonly dueAt: number;
  /** Takes fix `index`. */
  take(cat: CatDays, index: number): void;
  /** A search that found nothing began at this time. */
  searchInVain(at: number): void;
}

/** A zone round the centre, how it is watched, and from when on (UTC). */
export interface ZoneWatch {
  readonly radiusM: number;
  readonly pace: Pace;
  readonly intervalS: number;
  readonly startsAt: number;
}

/** A rule by name: tags that follow it, with the parameter that the name says. */
export interface FenceRule {
  readonly name: string;
  /** Whether it is one of a family of thresholds, which is run where curves are asked for. */
  readonly isOfCurve: boolean;
  readonly make: (watch: ZoneWatch) => ZoneTag;
}
