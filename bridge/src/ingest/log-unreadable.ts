import type { DecodeReason } from "@purrimeter/protocol/decode-error";
import type { TagId } from "@purrimeter/protocol/values";
import type { Log } from "@purrimeter/service/log";
import { SummedLines } from "@purrimeter/service/summed-lines";

/** A tag whose messages are all unreadable sends 50 a second. */
const PER_KIND = { burst: 100, perSecond: 0.2 };
const PER_TAG = { burst: 10, perSecond: 1 / 60 };
const SUM_EVERY_MS = 60_000;

const MESSAGES = {
  "report.set-aside": "a report could not be read",
  "status.bad": "a status could not be read",
} as const;

/** Lines about messages that cannot be decoded. */
export interface UnreadableLog {
  /** Writes a line, or counts it for the sum. `count`: how many of the tag were set aside. */
  tell(event: keyof typeof MESSAGES, tag: TagId, reason: DecodeReason, count?: number): void;
  /** Writes a due sum. To be called again and again: a flood may end between two lines. */
  sumDue(): void;
}

/** Writes as many lines about unreadable messages as a person could read, and once a minute how many it left out. */
export function createUnreadableLog(log: Log, monotonicMs: () => number): UnreadableLog {
  const onSum = (event: string, count: number): void =>
    log.warn("more messages could not be read", { event: `${event}.sum`, count });
  const limits = { perKind: PER_KIND, perOrigin: PER_TAG, everyMs: SUM_EVERY_MS };
  const lines = new SummedLines({ ...limits, monotonicMs, onSum });
  return {
    tell: (event, tag, reason, count) => {
      if (!lines.mayWrite(event, tag)) return;
      log.warn(MESSAGES[event], { event, tag, reason, ...(count !== undefined && { count }) });
    },
    sumDue: () => lines.summariseDue(),
  };
}
