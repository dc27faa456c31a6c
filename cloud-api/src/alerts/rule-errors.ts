import type { AlertRuleKind } from "@purrimeter/store/alert-rule";
import type { FieldError } from "@purrimeter/service/problem";

/** Which fields belong to which kinds; those that the kind needs have bounds, or none to be checked here. */
const OF_KINDS: Readonly<Record<string, readonly AlertRuleKind[]>> = {
  geofences: ["left", "came-back", "not-back-by", "outside-longer"],
  dwellS: ["left", "came-back"],
  byTime: ["not-back-by"],
  longerThanS: ["outside-longer", "silent"],
  belowPercent: ["battery-low"],
};

const NEEDED: Readonly<Partial<Record<AlertRuleKind, string>>> = {
  "not-back-by": "byTime",
  "outside-longer": "longerThanS",
  silent: "longerThanS",
  "battery-low": "belowPercent",
};

interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly unit: string;
}

const DAY_S = 86_400;

const BOUNDS: Readonly<Partial<Record<AlertRuleKind, Bounds>>> = {
  "outside-longer": { least: 60, most: 7 * DAY_S, unit: "seconds" },
  silent: { least: 3_600, most: 7 * DAY_S, unit: "seconds" },
  "battery-low": { least: 5, most: 50, unit: "percent" },
};

type Fields = Readonly<Record<string, unknown>> & { readonly kind: AlertRuleKind };

function foreignFields(rule: Fields): FieldError[] {
  const given = Object.entries(OF_KINDS).filter(
    ([field, kinds]) => rule[field] !== undefined && !kinds.includes(rule.kind),
  );
  return given.map(([field, kinds]) => ({
    field,
    message: `Only a rule of the kind ${kinds.join(" or ")} has this.`,
  }));
}

function neededField(rule: Fields): FieldError[] {
  const field = NEEDED[rule.kind];
  if (field === undefined) return [];
  const value = rule[field];
  if (value === undefined) return [{ field, message: `A rule of the kind ${rule.kind} needs this.` }];
  const bounds = BOUNDS[rule.kind];
  if (bounds === undefined || typeof value !== "number") return [];
  const { least, most, unit } = bounds;
  if (value >= least && value <= most) return [];
  const message = `Of a rule of the kind ${rule.kind} this must be from ${least} to ${most} ${unit}.`;
  return [{ field, message, limit: value < least ? least : most }];
}

/** What of a rule does not fit its kind. */
export function ruleErrors(rule: Fields): readonly FieldError[] {
  return [...foreignFields(rule), ...neededField(rule)];
}
