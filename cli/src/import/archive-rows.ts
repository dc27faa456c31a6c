import { MAX_UINT32 } from "@purrimeter/protocol/values";
import { DOUBTS } from "@purrimeter/store/doubt";
import { ALERT_RULE_KINDS } from "@purrimeter/store/alert-rule";
import { AFTERWARDS, LEAST_RETENTION_DAYS, MOST_RETENTION_DAYS } from "@purrimeter/store/retention-choice";
import { z } from "zod";

const uint32 = z.int().min(0).max(MAX_UINT32);
const time = uint32;
const count = z.int().min(0).max(1e9);
const tagId = z.string().regex(/^[\w.-]{1,64}$/);
const id = z.string().regex(/^[\w-]{1,64}$/);
const latE7 = z.int().min(-900_000_000).max(900_000_000);
const lonE7 = z.int().min(-1_800_000_000).max(1_799_999_999);
const side = z.enum(["inside", "outside", "unknown"]);
const doubt = z.enum(DOUBTS).nullable();
const outcome = z.enum(["done", "expired", "refused", "stopped"]);
const ofOwnership = { ownership: z.int().min(1).max(Number.MAX_SAFE_INTEGER) };

const transition = z.object({
  ...{ kind: z.literal("transition"), at: time, geofence: z.int().min(0).max(255), from: side, to: side },
  ...{ evidenceFrom: uint32, settingsVersion: uint32 },
  lastKnown: z.enum(["inside", "outside"]).nullish(),
});

const entry = z.discriminatedUnion("kind", [
  z.object({
    ...{ kind: z.literal("fix"), at: time, latE7, lonE7, accuracyDm: z.int().min(0).max(65_535) },
    speedCmS: z.int().min(0).max(65_535).optional(),
    courseDeg10: z.int().min(0).max(3_599).optional(),
  }),
  transition,
  z.object({ kind: z.literal("no-sky"), at: time, searchedS: uint32 }),
  z.object({
    ...{
      kind: z.literal("health"),
      at: time,
      batteryPercent: z.int().min(0).max(255),
      boots: uint32,
      dropped: uint32,
    },
  }),
  z.object({ kind: z.literal("answer"), at: time, command: uint32, outcome }),
]);

/** A line of account/account.jsonl. */
export const accountRow = z.object({ table: z.literal("account"), email: z.string().max(320) });

/** A tag's time with the owner. */
export const ownershipRow = z.object({
  ...{
    table: z.literal("ownership"),
    id: ofOwnership.ownership,
    tag: tagId,
    name: z.string().max(256).nullable(),
  },
  ...{ started_at: time, ended_at: time.nullable(), entries_from: time, settings_from: uint32 },
  ...{ fix_interval_s: count, report_interval_s: count, detection: z.enum(["quick", "usual", "quiet"]) },
});

const shape = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("circle"), latE7, lonE7, radiusCm: z.int().min(1).max(MAX_UINT32) }),
  z.object({ kind: z.literal("polygon"), vertices: z.array(z.object({ latE7, lonE7 })).min(3).max(10_000) }),
]);

export const geofenceRow = z.object({
  ...{ table: z.literal("geofence"), id, version: uint32, created_at: time, changed_at: time },
  ...{ deleted_at: time.nullable(), name: z.string().max(256).nullable(), shape: shape.optional() },
});

export const assignmentRow = z.object({
  ...{ table: z.literal("assignment"), ...ofOwnership, ref: z.int().min(0).max(255), since_version: uint32 },
  ...{ until_version: uint32.nullable(), geofence: id, vertices: count },
});

export const eventRow = z.object({
  ...{
    table: z.literal("event"),
    ...ofOwnership,
    at: time,
    epoch: uint32,
    number: uint32,
    recorded_at: time,
  },
  ...{ keep_day: count, geofence: id.nullable(), entry: transition, doubt },
});

export const holeRow = z.object({
  ...{ table: z.literal("hole"), ...ofOwnership, epoch: uint32, first: uint32, last: uint32, at: time },
});

export const answerRow = z.object({
  ...{ table: z.literal("command_answer"), ...ofOwnership, command: uint32, epoch: uint32, number: uint32 },
  ...{ at: time, recorded_at: time, keep_day: count, outcome },
});

/** `byViewer` is missing in archives of earlier versions. */
export const commandRow = z.object({
  ...{ table: z.literal("command"), ...ofOwnership, id: z.int().min(1).max(MAX_UINT32) },
  ...{ kind: z.enum(["live", "buzz", "light", "locate", "stop"]), seconds: z.int().min(0).max(3_600) },
  state: z.enum(["pending", "sent", "done", "refused", "expired", "stopped", "replaced"]),
  reason: z.enum(["too-old", "refused-by-tag"]).nullable(),
  ...{ created_at: time, sent_at: time.nullable(), answered_at: time.nullable(), expires_at: time },
  ...{ change: z.int(), byViewer: z.boolean().default(false) },
});

export const lostModeRow = z.object({
  ...{ table: z.literal("lost_mode"), ...ofOwnership, interval_s: count, buzz_s: count, until: time },
  ...{ floor_percent: z.int().min(0).max(100), started_at: time, version: uint32, ended_at: time.nullable() },
  ended_by: z.enum(["owner", "until", "battery"]).nullable(),
});

export const totalRow = z.object({
  ...{ table: z.literal("day_total"), ...ofOwnership, day: z.int().min(0).max(49_710) },
  /** null: it could not be opened where the archive was made. */
  totals: z.object({ outsideS: count.optional(), distanceM: count, exits: count }).nullable(),
});

export const choiceRow = z.object({
  table: z.literal("retention_choice"),
  days: z.int().min(LEAST_RETENTION_DAYS).max(MOST_RETENTION_DAYS).nullable(),
  ...{ afterwards: z.enum(AFTERWARDS), former: z.int().min(0).max(1) },
});

const minute = z.int().min(0).max(1_439);
const windows = z
  .array(z.object({ weekdays: z.array(z.int().min(1).max(7)).max(7).optional(), from: minute, to: minute }))
  .max(32)
  .optional();

/** null: it could not be opened where the archive was made. */
export const ruleRow = z.object({
  ...{ table: z.literal("alert_rule"), id: z.string().regex(/^[\w-]{1,32}$/), changed_at: time },
  rule: z
    .object({
      ...{ kind: z.enum(ALERT_RULE_KINDS), isEnabled: z.boolean(), tellsViewers: z.boolean() },
      ...{ tags: z.array(tagId).max(256).optional(), geofences: z.array(id).max(256).optional() },
      ...{ schedule: windows, quiet: windows, dwellS: z.int().min(0).max(3_600).optional() },
      ...{ byMinute: minute.optional(), longerThanS: z.int().min(60).max(604_800).optional() },
      ...{ belowPercent: z.int().min(5).max(50).optional(), channels: z.array(id).max(32).optional() },
    })
    .nullable(),
});

const channelName = z.string().min(1).max(200);
const https = z.url({ protocol: /^https$/ }).max(2_048);

/** null: it could not be opened. A push subscription is of no use in another installation. */
export const channelRow = z.object({
  ...{ table: z.literal("alert_channel"), id: z.string().regex(/^[a-z2-7]{26}$/), created_at: time },
  name: channelName.nullable(),
  endpoint: z
    .discriminatedUnion("kind", [
      z.object({ kind: z.literal("email"), address: z.email().max(254) }),
      z.object({ kind: z.literal("webhook"), url: https, withPlace: z.boolean() }),
      z.object({ kind: z.literal("ntfy"), url: https }),
      z.object({ kind: z.literal("push"), url: https }),
    ])
    .nullable(),
});

export const preferenceRow = z.object({
  table: z.literal("owner_preference"),
  ...{ language: z.enum(["en", "de"]), time_zone: z.string().max(64).refine(isTimeZone) },
});

export const entryRow = z.object({
  ...{
    table: z.literal("report"),
    ...ofOwnership,
    epoch: uint32,
    number: uint32,
    receivedAt: time,
    doubt,
    entry,
  },
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Rows of one table among those of a file. */
export async function rowsOf<Schema extends z.ZodType>(
  lines: AsyncIterable<unknown>,
  table: string,
  schema: Schema,
): Promise<z.output<Schema>[]> {
  const rows: z.output<Schema>[] = [];
  for await (const row of parsedRows(lines, table, schema)) rows.push(row);
  return rows;
}

/** The same, one after the other. */
export async function* parsedRows<Schema extends z.ZodType>(
  lines: AsyncIterable<unknown>,
  table: string,
  schema: Schema,
): AsyncGenerator<z.output<Schema>> {
  for await (const line of lines)
    if ((line as { table?: unknown } | null)?.table === table) yield schema.parse(line);
}
