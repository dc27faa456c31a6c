import { z } from "@hono/zod-openapi";
import { ALERT_RULE_KINDS, isUrgent } from "@purrimeter/store/alert-rule";
import type { AlertChannelId, AlertRule, AlertRuleDraft } from "@purrimeter/store/alert-rule";
import type { TagId } from "@purrimeter/protocol/values";
import type { GeofenceId } from "@purrimeter/store/geofence";
import { nullableTimeSchema } from "../lists/nullable-time.ts";
import { rfc3339 } from "../lists/rfc3339.ts";
import { tagIdSchema } from "../tags/tag-schema.ts";
import {
  dayWindowAnswerSchema,
  dayWindowBody,
  dayWindowSchema,
  MAX_WINDOWS,
  timeOfDay,
  timeOfDaySchema,
} from "./day-window.ts";
import { ruleErrors } from "./rule-errors.ts";

/** Things of one kind that a rule names; more is a mistake. */
const MAX_NAMED = 100;
const MAX_DWELL_S = 3_600;

const idsSchema = (id: z.ZodString, what: string, more: string) =>
  z
    .array(id)
    .min(1)
    .max(MAX_NAMED)
    .refine((ids) => new Set(ids).size === ids.length, `A ${what} comes twice.`)
    .optional()
    .openapi({ description: more });

const anIdSchema = z.string().min(1).max(128);

const windowsSchema = (description: string) =>
  z.array(dayWindowSchema).min(1).max(MAX_WINDOWS).optional().openapi({ description });

const TEXTS = {
  enabled: "Whether it tells anything. true when left out.",
  tags: "Ids of the tags that it is about; all of yours when left out.",
  geofences: "Of the kinds about sides: ids of the geofences; all of the tag's when left out.",
  schedule: "When the rule applies; always when left out.",
  quiet:
    "When it tells nothing that can wait: what is kept back is told at the end, if it still holds. Of `left` only that a tag was out and is " +
    "back can wait: that it left is told all the same, and `urgent` says so. A `schedule` says when a rule tells nothing at all.",
  dwellS:
    "Of `left` and `came-back`: seconds for which the side has to last before it is told. 0 when left out.",
  byTime: "Of `not-back-by`: the time of day, in your time zone.",
  longerThanS: "Of `outside-longer` (60 to 604,800) and `silent` (3,600 to 604,800): seconds.",
  belowPercent: "Of `battery-low`: percent, 5 to 50.",
  channels: "Ids of the channels that it is told by, `mail` among them; all that are proved when left out.",
  tellsViewers:
    "Whether viewers are told too whose share has `alerts`; never of `found` and `shared`. false when left out.",
};

const KIND_TEXTS =
  "`left`, `came-back`: a change of side. `not-back-by`: outside at a time of day. `outside-longer`: outside for a time. `battery-low`. " +
  "`silent`: nothing heard for a time. `live-failed`: live mode was asked for and nothing came. `found`: a finder wrote. `shared`: " +
  "somebody accepted an invitation.";

/** What an owner sends to make or replace a rule. */
export const ruleDraftSchema = z
  .strictObject({
    kind: z.enum(ALERT_RULE_KINDS).openapi({ description: KIND_TEXTS }),
    enabled: z.boolean().optional().openapi({ description: TEXTS.enabled }),
    tags: idsSchema(tagIdSchema, "tag", TEXTS.tags),
    geofences: idsSchema(anIdSchema, "geofence", TEXTS.geofences),
    schedule: windowsSchema(TEXTS.schedule),
    quiet: windowsSchema(TEXTS.quiet),
    dwellS: z.int().min(0).max(MAX_DWELL_S).optional().openapi({ description: TEXTS.dwellS }),
    byTime: timeOfDaySchema(TEXTS.byTime, "22:00").optional(),
    longerThanS: z.int().optional().openapi({ description: TEXTS.longerThanS, example: 7_200 }),
    belowPercent: z.int().optional().openapi({ description: TEXTS.belowPercent, example: 20 }),
    channels: idsSchema(anIdSchema, "channel", TEXTS.channels),
    tellsViewers: z.boolean().optional().openapi({ description: TEXTS.tellsViewers }),
  })
  .check(({ value, issues }) => {
    for (const { field, message, limit } of ruleErrors(value))
      issues.push({ code: "custom", input: value, message, path: [], params: { field, limit } });
  })
  .openapi("AlertRuleDraft", {
    example: {
      kind: "not-back-by",
      byTime: "22:00",
      schedule: [{ weekdays: ["mon"], from: "00:00", to: "00:00" }],
    },
  });

export const ruleSchema = z
  .strictObject({
    id: z.string().openapi({ description: "Of a built-in rule its kind." }),
    kind: z.enum(ALERT_RULE_KINDS),
    builtIn: z.boolean().openapi({
      description: "It holds without having been made. It can be changed; deleting it turns it off.",
    }),
    enabled: z.boolean(),
    tags: z.array(z.string()).optional(),
    geofences: z.array(z.string()).optional(),
    schedule: z.array(dayWindowAnswerSchema).optional(),
    quiet: z.array(dayWindowAnswerSchema).optional(),
    dwellS: z.int().optional(),
    byTime: z.string().optional(),
    longerThanS: z.int().optional(),
    belowPercent: z.int().optional(),
    channels: z.array(z.string()).optional(),
    tellsViewers: z.boolean(),
    urgent: z.boolean().openapi({
      description:
        "Whether it tells something in `quiet` hours too, because that cannot wait. true of `left`.",
    }),
    changedAt: nullableTimeSchema("null for a built-in rule that is as it was."),
  })
  .openapi("AlertRule");

export const ruleListSchema = z
  .strictObject({
    items: z.array(ruleSchema),
    next: z.null().openapi({ description: "All rules are on one page." }),
  })
  .openapi("AlertRuleList");

/** What the store is told. */
export function ruleDraft(body: z.infer<typeof ruleDraftSchema>): AlertRuleDraft {
  const { enabled = true, tellsViewers = false, byTime, tags, geofences, channels, ...more } = body;
  return {
    ...more,
    isEnabled: enabled,
    tellsViewers,
    byMinute: byTime,
    tags: tags as TagId[] | undefined,
    geofences: geofences as GeofenceId[] | undefined,
    channels: channels as AlertChannelId[] | undefined,
  };
}

/** A rule as its owner reads it: what was left out is left out. */
export function ruleBody(rule: AlertRule): z.infer<typeof ruleSchema> {
  const {
    id,
    kind,
    isBuiltIn,
    isEnabled,
    tellsViewers,
    changedAt,
    byMinute,
    dwellS,
    longerThanS,
    belowPercent,
  } = rule;
  const { tags, geofences, channels, schedule, quiet } = rule;
  return {
    ...{ id, kind, builtIn: isBuiltIn, enabled: isEnabled, tellsViewers },
    ...(tags && { tags: [...tags] }),
    ...(geofences && { geofences: [...geofences] }),
    ...(schedule && { schedule: schedule.map(dayWindowBody) }),
    ...(quiet && { quiet: quiet.map(dayWindowBody) }),
    ...(dwellS !== undefined && { dwellS }),
    ...(byMinute !== undefined && { byTime: timeOfDay(byMinute) }),
    ...(longerThanS !== undefined && { longerThanS }),
    ...(belowPercent !== undefined && { belowPercent }),
    ...(channels && { channels: [...channels] }),
    urgent: isUrgent(kind),
    changedAt: changedAt === 0 ? null : rfc3339(changedAt),
  };
}
