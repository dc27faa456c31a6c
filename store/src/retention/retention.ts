import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { AnonymousDay } from "../reading/day-total.ts";
import type { RetentionBounds } from "./retention-choice.ts";

/** What a run deletes by. */
export interface RetentionRun {
  /** The run's time: each owner's limit is the start of the UTC day that many days before it. */
  readonly asOf: UnixSeconds;
  readonly bounds: RetentionBounds;
}

/** What a run did. */
export interface RetentionOutcome {
  /** Stored pieces of reports that it deleted. */
  readonly deleted: number;
  /** What kept it from owners; those are tried again by the next run. */
  readonly faults: readonly unknown[];
}

/** What the daily clearing needs. */
export interface Retention {
  /**
   * Deletes of each owner what is dated before the owner's limit, in steps of a few milliseconds with other work let in
   * between, after its totals are counted where the owner chose that. Suspect times count from their arrival. A run that was
   * cut off is taken up by the next one, and counts no day twice. An owner's fault keeps no other owner's data.
   */
  run(run: RetentionRun): Promise<RetentionOutcome>;
  /** Days of the installation that are complete and to which at least 20 tags contributed, the newest 366, ascending. */
  anonymousDays(bounds: RetentionBounds): Promise<readonly AnonymousDay[]>;
}
