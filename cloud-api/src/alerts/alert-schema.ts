import { z } from "@hono/zod-openapi";
import { ALERT_RULE_KINDS } from "@purrimeter/store/alert-rule";
import { nullableTimeSchema } from "../lists/nullable-time.ts";
import { locationSchema } from "../locations/location-schema.ts";
import { unreadableSchema } from "../tags/tag-schema.ts";

const KINDS = [...ALERT_RULE_KINDS, "heard-again", "test", "channel-failed", "channel-gone", "many"] as const;

const KIND_TEXTS =
  "`left`, `came-back`: of a geofence. `not-back-by`: outside at the rule's time of day. `outside-longer`: outside for the rule's time. " +
  "`battery-low`. `silent`: nothing was heard for the rule's time, so where the tag is is unknown. `heard-again`: after `silent`. " +
  "`live-failed`: live mode was asked for and nothing came. `found`: a finder wrote. `shared`: somebody accepted an invitation. " +
  "`test`: you asked for it. `channel-failed`: nothing could be delivered to a channel. `channel-gone`: the endpoint said that it is not there any more. `many`: stands for alerts that were too many to be told one by one.";

/** Of the stages of an alert, milliseconds count. */
const stage = (description: string) => z.iso.datetime().nullable().openapi({ description });

const stagesSchema = z
  .strictObject({
    decidedAt: stage("The tag decided, by its own clock."),
    sentAt: stage("The tag's report arrived: the tag had sent it by then."),
    storedAt: stage("Its commit was seen."),
    handedAt: stage("The first attempt to deliver it began."),
    deliveredAt: stage("The first channel took it."),
  })
  .openapi("AlertStages", { description: "null for a stage that was not reached, or is not known." });

const deliverySchema = z
  .strictObject({
    channel: z.string().openapi({ description: "Id of the channel; `mail` is the account's own address." }),
    state: z.enum(["waiting", "delivered", "failed", "dropped"]).openapi({
      description:
        "`waiting` for its time. `failed` for good. `dropped`: it was no longer true, was muted or acknowledged, or its channel went.",
    }),
    attempts: z.int().min(0),
    lastError: z.string().nullable().openapi({
      description:
        "Why the last attempt that failed did so, with the status of HTTP or SMTP where there was one.",
      example: "the endpoint has failed (500)",
    }),
    tls: z.string().nullable().openapi({
      description: "Protocol of the last connection, whose certificate was verified.",
      example: "TLSv1.3",
    }),
    nextAt: nullableTimeSchema("When it is tried next."),
  })
  .openapi("AlertDelivery");

const placeSchema = z
  .strictObject({ lat: z.number(), lon: z.number(), accuracyM: z.number() })
  .openapi("AlertPlace");

const evidenceSchema = z
  .strictObject({ epoch: z.int(), first: z.int(), last: z.int() })
  .openapi("AlertEvidence", {
    description: "Numbers of the entries in the tag's journal that decided it, both included.",
  });

const item = {
  id: z.string().openapi({ example: "k3q7m2x5d4n6p8r9t2v4w6y7za" }),
  kind: z.enum(KINDS).openapi({ description: KIND_TEXTS }),
  rule: z.string().nullable().openapi({ description: "The rule that told it; null for what no rule tells." }),
  tag: z.string().nullable().openapi({ description: "null for what is about no tag." }),
  tagName: z.string().nullable().openapi({ description: "As it was then.", example: "Mimi" }),
  geofence: z.strictObject({ id: z.string(), name: z.string().nullable() }).nullable(),
  at: z.iso.datetime().openapi({ description: "When it happened, as far as anybody knows." }),
  title: z
    .string()
    .nullable()
    .openapi({ description: "One line, in your language.", example: "Mimi left Garden" }),
  text: z.string().nullable().openapi({
    description: "All of it, in your language, with times of your time zone. null when it is unreadable.",
    example: "Mimi left Garden on Mon 1 Jun, 14:02.",
  }),
  unreadable: unreadableSchema,
  late: z.boolean().openapi({ description: "It came so late that the text names its age." }),
  doubted: z.boolean().openapi({ description: "The cloud does not believe it, and the text says so." }),
  battery: z.int().min(0).max(100).nullable().openapi({ description: "Percent, of `battery-low`." }),
  lastHeardAt: nullableTimeSchema("Of `silent` and `heard-again`: when the tag was heard before."),
  place: placeSchema.nullable().openapi({
    description:
      "Of `silent` and `heard-again`: where the tag was when it was heard before. null for anybody but its owner, and for a personal " +
      "access token without `locations:read`.",
  }),
  count: z.int().nullable().openapi({
    description:
      "Of `many`: how many alerts it stands for. Of `left`: how often the tag left, when it was more than once.",
  }),
  evidence: evidenceSchema.nullable(),
  stages: stagesSchema,
  deliveries: z.array(deliverySchema),
  createdAt: z.iso.datetime(),
  readAt: nullableTimeSchema("null while it is unread."),
  acknowledgedAt: nullableTimeSchema("null while it is not acknowledged."),
  snoozedUntil: nullableTimeSchema("When it is told again, unless it is acknowledged before."),
};

export const alertSchema = z.strictObject(item).openapi("Alert");

export const alertDetailSchema = z
  .strictObject({
    ...item,
    fixes: z.array(locationSchema).openapi({
      description:
        "The tag's fixes among `evidence`, ascending in time. Empty for anybody but the tag's owner, for a personal access token without " +
        "`locations:read`, and when they are deleted.",
    }),
  })
  .openapi("AlertDetail");

export const alertListSchema = z
  .strictObject({
    items: z.array(alertSchema),
    next: z.string().nullable(),
    latest: z.string().openapi({
      description:
        "Position of the newest alert of this page. `after` takes it, later, for what has come since.",
    }),
    unread: z.int().min(0).openapi({ description: "How many alerts of the account are unread." }),
  })
  .openapi("AlertList");
