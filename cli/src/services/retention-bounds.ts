import type { RetentionBounds } from "@purrimeter/store/retention-choice";
import type { Settings } from "../configuration/settings-schema.ts";

/** Of an owner who has chosen nothing; of one from before there was a choice, what held then. */
const DEFAULT_DAYS = 90;
const FORMER_DAYS = 365;

/** What the operator lets owners choose, and what holds for those who choose nothing. */
export function retentionBounds({
  retentionDays,
  retention: { minDays, maxDays },
}: Pick<Settings, "retention" | "retentionDays">): RetentionBounds {
  const within = (days: number): number => Math.max(minDays, Math.min(maxDays, days));
  return {
    minDays,
    maxDays,
    defaultDays: within(retentionDays ?? DEFAULT_DAYS),
    formerDays: within(retentionDays ?? FORMER_DAYS),
  };
}
