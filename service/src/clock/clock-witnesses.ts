import { LruMap } from "../limits/lru-map.ts";

/** What the tags heard of late say of the clock. */
export type WitnessVerdict = "agree" | "disagree" | "undecided";

/** One tag can be wrong, or hostile; two that are both ahead of the clock show that it is behind. */
const DISAGREEING = 2;

/** More than the hostile tags of one owner would be likely to be. */
const AGREEING = 3;

/** A report may come some minutes after its last fix; never before. */
const LATE_MS = 600_000;
const EARLY_MS = 120_000;

/** What was heard longer ago says nothing of now. */
const HEARD_FOR_MS = 3_600_000;

const MAX_TAGS = 64;

interface Heard {
  readonly agrees: boolean;
  readonly monotonicMs: number;
}

/**
 * Times of tags' receivers, against the clock. A time that is older than the clock proves nothing: the report may be late. So
 * tags show that a clock is behind, or that it is right, and never that it is ahead.
 */
export class ClockWitnesses {
  readonly #heard = new LruMap<string, Heard>(MAX_TAGS);

  /** `aheadMs`: by how much the tag's time is ahead of the clock. */
  hear(tag: string, aheadMs: number, monotonicMs: number): WitnessVerdict {
    if (aheadMs < -LATE_MS || Number.isNaN(aheadMs)) return "undecided";
    this.#heard.set(tag, { agrees: aheadMs <= EARLY_MS, monotonicMs });
    const recent = [...this.#heard]
      .map(([, heard]) => heard)
      .filter((heard) => monotonicMs - heard.monotonicMs < HEARD_FOR_MS);
    const agreeing = recent.filter(({ agrees }) => agrees).length;
    const disagreeing = recent.length - agreeing;
    if (agreeing >= AGREEING && agreeing > disagreeing) return "agree";
    return disagreeing >= DISAGREEING && disagreeing > agreeing ? "disagree" : "undecided";
  }

  /** The clock was set: what was said of the former time is void. */
  clear(): void {
    this.#heard.clear();
  }
}
