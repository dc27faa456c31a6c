import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { GeofenceId } from "../geofences/geofence.ts";

declare const brand: unique symbol;

/** Random id of a rule, 26 of a-z 2-7; of a built-in one its name. */
export type AlertRuleId = string & { readonly [brand]: "AlertRuleId" };

/**
 * What a rule tells. `left`, `came-back`: a change of side. `not-back-by`: outside at a time of day. `outside-longer`: outside for a
 * time. `battery-low`. `silent`: nothing heard for a time. `live-failed`: a command for live mode brought nothing. `found`: a finder
 * wrote. `shared`: somebody accepted an invitation.
 */
export const ALERT_RULE_KINDS = [
  ...(["left", "came-back", "not-back-by", "outside-longer", "battery-low", "silent"] as const),
  ...(["live-failed", "found", "shared"] as const),
] as const;
export type AlertRuleKind = (typeof ALERT_RULE_KINDS)[number];

/** Whether rules of that kind tell something in quiet hours too: a way out cannot wait. */
export function isUrgent(kind: AlertRuleKind): boolean {
  return kind === "left";
}

/** From one minute of the day to another, in the owner's time zone; over midnight when `to` is before `from`. Equal: the whole day. */
export interface DayWindow {
  /** ISO weekdays, 1 Monday to 7 Sunday, on which the window begins; all when left out. */
  readonly weekdays?: readonly number[] | undefined;
  /** Minutes from midnight, 0 to 1,439. */
  readonly from: number;
  readonly to: number;
}

/** What an owner says of a rule. */
export interface AlertRuleDraft {
  readonly kind: AlertRuleKind;
  readonly isEnabled: boolean;
  /** All of the owner's when left out. */
  readonly tags?: readonly TagId[] | undefined;
  /** All of the tag's when left out; of kinds about sides only. */
  readonly geofences?: readonly GeofenceId[] | undefined;
  /** When the rule applies; always when left out. */
  readonly schedule?: readonly DayWindow[] | undefined;
  /** When it tells nothing but "left" the home for certain; what it kept back is told at the end, joined and only if it still holds. */
  readonly quiet?: readonly DayWindow[] | undefined;
  /** How long the side has to last before it is told, 0 to 3,600 s; 0 when left out. */
  readonly dwellS?: number | undefined;
  /** Of `not-back-by`: minutes from midnight in the owner's time zone, 0 to 1,439. */
  readonly byMinute?: number | undefined;
  /** Of `outside-longer` (60 to 604,800) and `silent` (3,600 to 604,800): seconds. */
  readonly longerThanS?: number | undefined;
  /** Of `battery-low`: percent, 5 to 50. */
  readonly belowPercent?: number | undefined;
  /** Which of the owner's channels; all that are proved when left out. */
  readonly channels?: readonly AlertChannelId[] | undefined;
  /** Whether viewers are told too whom the owner lets be alerted. */
  readonly tellsViewers: boolean;
}

export interface AlertRule extends AlertRuleDraft {
  readonly id: AlertRuleId;
  /** Whether it holds without having been made: a change is kept, a deletion turns it off. */
  readonly isBuiltIn: boolean;
  readonly changedAt: UnixSeconds;
}

/** Rules of one account; more is a mistake. */
export const MAX_ALERT_RULES = 64;

/** Random id of a channel, 26 of a-z 2-7; `mail` is the account's verified address. */
export type AlertChannelId = string & { readonly [brand]: "AlertChannelId" };

/** The account's verified address, which needs no proof and no row. */
export const ACCOUNT_MAIL = "mail" as AlertChannelId;

/** What holds for an account that has said nothing: ids are names. */
export const BUILT_IN_RULES: readonly AlertRule[] = [
  builtIn("left", {}),
  builtIn("battery-low", { belowPercent: 20 }),
  builtIn("silent", { longerThanS: 86_400 }),
];

function builtIn(kind: AlertRuleKind, more: Partial<AlertRuleDraft>): AlertRule {
  const id = kind as string as AlertRuleId;
  return {
    id,
    kind,
    isBuiltIn: true,
    isEnabled: true,
    tellsViewers: false,
    changedAt: 0 as UnixSeconds,
    ...more,
  };
}
