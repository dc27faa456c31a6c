/**
 * What becomes of a day once it is older than it is kept. `delete`: nothing is left. `totals`: its totals are kept for the
 * owner. `anonymise`: they are added to those of the installation. All but totals is deleted in each case.
 */
export const AFTERWARDS = ["delete", "totals", "anonymise"] as const;
export type Afterwards = (typeof AFTERWARDS)[number];

/** Days for which an owner may have locations kept at all. */
export const LEAST_RETENTION_DAYS = 1;
export const MOST_RETENTION_DAYS = 365;

/** What the operator allows, in days; 1 <= minDays <= defaultDays, formerDays <= maxDays <= 365. */
export interface RetentionBounds {
  readonly minDays: number;
  readonly maxDays: number;
  /** For an owner who has chosen nothing. */
  readonly defaultDays: number;
  /** For an owner from before there was a choice, who has chosen nothing. */
  readonly formerDays: number;
}

/** What holds for an owner. */
export interface RetentionChoice {
  /** Within the operator's bounds. */
  readonly days: number;
  readonly afterwards: Afterwards;
}
