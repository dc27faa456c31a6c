import type { AlertDraft, AlertTask } from "@purrimeter/store/alert-work";
import type { AlertRule } from "@purrimeter/store/alert-rule";
import type { FenceState } from "./alert-state.ts";

/** What happened longer ago than this is told as late, seconds. */
export const LATE_S = 600;

/** So long what is late waits for what came with it: the report may go on with the way back. */
export const LATE_HOLD_S = 10;

/** Within so many seconds the edge of a zone is told once for each side; what follows is told together. */
export const FLAP_S = 600;

/** A change of side that was judged now for the first time. */
export interface Crossing {
  /** Of the zone, in the state. */
  readonly key: string;
  readonly to: "inside" | "outside" | "unknown";
  /** The side before, or the last one that was known. */
  readonly knownBefore: "inside" | "outside" | null;
  readonly fromUnknown: boolean;
  /** Seconds of UTC, never after now. */
  readonly at: number;
  /** A later change of this zone is known already. */
  readonly isPast: boolean;
}

/** What a kind of rule is asked. */
export interface Judging {
  readonly task: AlertTask;
  readonly rule: AlertRule;
  readonly nowMs: number;
  /** Whole seconds of UTC. */
  readonly nowS: number;
  /** As they are after the event. */
  readonly fences: Readonly<Record<string, FenceState>>;
  readonly crossing: Crossing | undefined;
  /** Since when this ownership is judged. */
  readonly since: number;
  /** Whether anything may wait for a time: no timer fires while the clock is doubted, so that what waits might never be told. */
  readonly mayWait: boolean;
  /** Zones of which viewers alone were told, until now: what was held back because of that is held no more. */
  readonly released: ReadonlySet<string>;
  /** Zones whose way back needs no word of its own: it is said with the way out, or neither is said. */
  readonly closed: ReadonlySet<string>;
}

/** An alert, before it has an id and channels. */
export interface Told extends Pick<AlertDraft, "kind" | "facts" | "stages"> {
  /** Zone that it is about, as the state names it. */
  readonly key?: string;
  readonly replaces?: AlertDraft["replaces"];
}

/** What a rule says. */
export interface Verdict {
  /** JSON; undefined forgets it. */
  readonly memory: unknown;
  readonly told: readonly Told[];
  /** When it has to be asked again, seconds of UTC. */
  readonly dueAt?: number | undefined;
  /** Zones whose way back needs no word of its own. */
  readonly closes?: readonly string[];
}

/** Decides for one kind of rule: no clock, no IO. */
export type RuleKind = (judging: Judging, memory: unknown) => Verdict;

/** The earliest of the times. */
export function earliest(times: readonly (number | undefined)[]): number | undefined {
  const given = times.filter((time) => time !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}
