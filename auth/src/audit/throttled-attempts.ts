import { HourCounts, hourOf } from "@purrimeter/audit/hour-counts";
import type { AuditEvent } from "./audit-event.ts";

/** An attempt that was not looked at, since there were too many. */
export interface ThrottledAttempt {
  /** Where the attempt named one that exists. */
  readonly account: string | undefined;
  readonly network: string;
}

/**
 * Records attempts to log in that were turned away: the first of an hour for each account and network, and how many there
 * were when the hour is over, so that a flood of them does not fill the trail.
 */
export class ThrottledAttempts {
  readonly #counts = new HourCounts<ThrottledAttempt>();
  readonly #record: (event: AuditEvent) => void;
  readonly #now: () => number;

  /** `now`: seconds of UTC. */
  constructor(record: (event: AuditEvent) => void, now: () => number) {
    this.#record = record;
    this.#now = now;
  }

  /** Records or counts one. */
  note(attempt: ThrottledAttempt): void {
    const hour = hourOf(this.#now());
    const key = `${attempt.account ?? ""} ${attempt.network}`;
    if (this.#counts.times(key, hour) === 0) {
      this.#endBefore(this.#counts.isFull ? Infinity : hour);
      this.#record({ event: "login.throttled", ...attempt });
    }
    this.#counts.note(key, hour, attempt);
  }

  /** Records the counts of the hours that are over. */
  endPastHours(): void {
    this.#endBefore(hourOf(this.#now()));
  }

  /** Records all counts; to be called before the trail is closed. */
  close(): void {
    this.#endBefore(Infinity);
  }

  /** Forgets what was counted of an account that is erased: a later row would give it a pseudonym again. */
  forget(account: string): void {
    this.#counts.end(
      ({ what }) => what.account === account,
      () => undefined,
    );
  }

  #endBefore(before: number): void {
    this.#counts.end(
      ({ hour }) => hour < before,
      (ended) => {
        for (const { what, count } of ended)
          if (count > 1) this.#record({ event: "login.throttled-more", ...what, count });
      },
    );
  }
}
