import type { Log } from "@purrimeter/service/log";
import { SummedLines } from "@purrimeter/service/summed-lines";
import type { AttemptResult, Endpoint } from "../attempt.ts";

/** An endpoint that is down for days must not fill the disk with lines about it. */
const LINES = { burst: 20, perSecond: 0.2 };
const SUM_EVERY_MS = 60_000;

/** Takes results. */
export interface AttemptLog {
  (kind: Endpoint["kind"], result: AttemptResult): void;
  /** Tells how many lines were left out. To be called now and then, and at the end. */
  summarise(): void;
}

/** Logs attempts that delivered nothing: the kind of channel and a reason of ours, never an address. */
export function logAttempts(log: Log, monotonicMs: () => number): AttemptLog {
  const onSum = (event: string, count: number): void =>
    log.warn("more messages not delivered", { event, count });
  const lines = new SummedLines({
    perKind: LINES,
    perOrigin: LINES,
    monotonicMs,
    onSum,
    everyMs: SUM_EVERY_MS,
  });
  const tell = (kind: Endpoint["kind"], { outcome, reason, status }: AttemptResult): void => {
    const event = `${kind}.${outcome}`;
    if (outcome === "delivered" || !lines.mayWrite(event)) return;
    log.warn("message not delivered", { event, reason, ...(status !== undefined && { status }) });
  };
  return Object.assign(tell, { summarise: () => lines.summarise() });
}
