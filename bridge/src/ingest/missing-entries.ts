import type { TagId } from "@purrimeter/protocol/values";
import type { Log } from "@purrimeter/service/log";
import type { ReadinessCheck } from "@purrimeter/service/readiness";
import type { BridgeCounters } from "../metrics/bridge-counters.ts";

/**
 * Tells the operator of entries that will never come. A tag that drops its oldest entries makes a hole, and so does a
 * database whose write-ahead log lost its end: SQLite then opens without a word, and the tags have let go of what was
 * acknowledged. Many tags with a hole soon after a start are the second.
 */
export class MissingEntries {
  readonly #counters: BridgeCounters;
  readonly #log: Log;
  #untold = 0;
  #hasTold = false;

  constructor(counters: BridgeCounters, log: Log) {
    this.#counters = counters;
    this.#log = log;
  }

  /** A report of that tag showed that so many entries before it are missing. The first one is logged at once. */
  found(tag: TagId, entries: number): void {
    this.#counters.add("holes");
    this.#counters.add("missing-entries", undefined, entries);
    if (this.#hasTold) {
      this.#untold += entries;
      return;
    }
    this.#hasTold = true;
    this.#warn(entries, tag);
  }

  /** Logs the sum of what came since the last line, if anything did; to be called about once a minute. */
  tell(): void {
    if (this.#untold > 0) this.#warn(this.#untold);
    this.#hasTold = this.#untold > 0;
    this.#untold = 0;
  }

  /** Always ok: what is missing stays missing, and new reports are stored all the same. */
  readonly check: ReadinessCheck = {
    name: "history",
    check: () => Promise.resolve({ ok: true, detail: this.#detail() }),
  };

  #detail(): string {
    const holes = this.#counters.get("holes");
    if (holes === 0) return "no entries were found missing since the start";
    const entries = this.#counters.get("missing-entries");
    return `${entries} entries are missing, found with ${holes} reports since the start: see "Missing entries" in docs/operating.md`;
  }

  #warn(count: number, tag?: TagId): void {
    this.#log.warn("entries are missing: a tag dropped them, or the database lost its end", {
      event: "report.missing",
      count,
      ...(tag !== undefined && { tag }),
    });
  }
}
