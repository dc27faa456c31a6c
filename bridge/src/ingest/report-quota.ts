import type { Report } from "@purrimeter/protocol/messages";
import type { TagId } from "@purrimeter/protocol/values";
import { RateLimiter } from "@purrimeter/service/rate-limiter";
import type { Rate } from "@purrimeter/service/token-bucket";

/** What one tag may have stored, whatever its session's rate of packets allows. */
export interface ReportQuotas {
  /** Journal entries. */
  readonly entries: Rate;
  /** Rows of the database: each UTC day of a report is one, each transition two. */
  readonly rows: Rate;
}

const DAY_S = 86_400;

/**
 * A true tag makes fewer than 10,000 entries a day, and its flash holds some 30,000. The bursts are several full journals after
 * an outage; the rates are 20 times what a day of minutes takes. Together they bound a hostile tag to 11 MB on disk at once and
 * some 8 MB a day, where its packets alone would allow 100 GB a day.
 */
export const DEFAULT_QUOTAS: ReportQuotas = {
  entries: { burst: 120_000, perSecond: 120_000 / DAY_S },
  rows: { burst: 30_000, perSecond: 30_000 / DAY_S },
};

/** Lines about one tag. */
const LINES: Rate = { burst: 1, perSecond: 1 / 3_600 };

/** Bounds what each tag may have stored. */
export class ReportQuota {
  readonly #entries: RateLimiter;
  readonly #rows: RateLimiter;
  readonly #lines: RateLimiter;

  constructor({ entries, rows }: ReportQuotas, monotonicMs: () => number) {
    this.#entries = new RateLimiter(entries, monotonicMs);
    this.#rows = new RateLimiter(rows, monotonicMs);
    this.#lines = new RateLimiter(LINES, monotonicMs);
  }

  /** Takes what the report costs. False when the tag has used up what it may: nothing is lost, the tag sends it again. */
  take(tag: TagId, report: Report): boolean {
    return this.#rows.take(tag, rowsOf(report)) === 0 && this.#entries.take(tag, report.entries.length) === 0;
  }

  /** Whether a report that was not taken is worth a line for the operator: one an hour for each tag. */
  isNews(tag: TagId): boolean {
    return this.#lines.take(tag) === 0;
  }
}

/** Rows that the store writes for a report, at most. */
function rowsOf({ entries }: Report): number {
  let rows = 0;
  let day = -1;
  for (const { at, kind } of entries) {
    const entryDay = Math.floor(at / DAY_S);
    if (entryDay !== day) rows++;
    if (kind === "transition") rows += 2;
    day = entryDay;
  }
  return rows;
}
