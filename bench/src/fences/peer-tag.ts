import type { Side } from "@purrimeter/protocol/values";
import type { CatDays } from "./cat-days.ts";
import type { Pace, ZoneTag, ZoneWatch } from "./zone-tag.ts";

/** A fix as peers see it: metres beyond the edge (negative inside), the claimed error, and seconds since the last fix. */
export interface PeerFix {
  readonly beyondM: number;
  readonly claimedM: number;
  readonly passedS: number;
}

/** Takes one fix and says whether the cat is out. */
export type PeerRule = (fix: PeerFix) => boolean;

/** The pace of our own tag, so that its peers have the same: device/core/pace. */
const TOP_SPEED_M_S = 3;
const MOST_REACH_S = 900;
const DOUBT_S = 15;
const MOST_DOUBTS = 6;
const DOUBTED_ERRORS = 2;

/** Another rule on a tag that looks as often as ours. */
export class PeerTag implements ZoneTag {
  side: Side = "unknown";
  dueAt = 0;
  readonly #rule: PeerRule;
  readonly #radiusM: number;
  readonly #pace: Pace;
  readonly #intervalS: number;
  #lastAt = 0;
  #doubts = 0;

  constructor(rule: PeerRule, { radiusM, pace, intervalS }: ZoneWatch) {
    this.#rule = rule;
    this.#radiusM = radiusM;
    this.#pace = pace;
    this.#intervalS = intervalS;
  }

  take(cat: CatDays, index: number): void {
    const at = cat.at[index] as number;
    const beyondM = Math.hypot(cat.eastM[index] as number, cat.northM[index] as number) - this.#radiusM;
    const claimedM = (cat.accuracyDm[index] as number) / 10;
    const isOutside = this.#rule({ beyondM, claimedM, passedS: this.#lastAt === 0 ? 0 : at - this.#lastAt });
    this.side = isOutside ? "outside" : "inside";
    this.#lastAt = at;
    if (this.#pace === "own") this.dueAt = at + this.#waitS(beyondM, claimedM, isOutside);
  }

  searchInVain(at: number): void {
    this.dueAt = at + this.#intervalS;
    this.#doubts = 0;
  }

  #waitS(beyondM: number, claimedM: number, isOutside: boolean): number {
    this.#doubts = beyondM > 0 === isOutside ? 0 : this.#doubts + 1;
    if (this.#doubts > 0 && this.#doubts <= MOST_DOUBTS) return DOUBT_S;
    const surelyM = isOutside ? 0 : -beyondM - DOUBTED_ERRORS * claimedM;
    return this.#intervalS + Math.min(MOST_REACH_S, Math.max(0, surelyM / TOP_SPEED_M_S));
  }
}
