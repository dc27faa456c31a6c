import { z } from "@hono/zod-openapi";
import type { DayWindow } from "@purrimeter/store/alert-rule";

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const TIME_OF_DAY = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** Windows of one rule: two for each day of a week. */
export const MAX_WINDOWS = 14;

/** A time of day as minutes from midnight. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- Zod infers it.
export function timeOfDaySchema(description: string, example: string) {
  return z
    .string()
    .transform((text, context) => {
      const [, hours, minutes] = TIME_OF_DAY.exec(text) ?? [];
      if (hours !== undefined) return Number(hours) * 60 + Number(minutes);
      context.addIssue({ code: "custom", message: 'This must be a time of day from "00:00" to "23:59".' });
      return z.NEVER;
    })
    .openapi({ type: "string", pattern: TIME_OF_DAY.source, description, example });
}

/** Minutes from midnight as a time of day. */
export function timeOfDay(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

const weekdaysSchema = z
  .array(z.enum(WEEKDAYS))
  .min(1)
  .refine((days) => new Set(days).size === days.length, "A weekday comes twice.")
  .openapi({
    description: "Days on which the window begins; every day when left out.",
    example: ["mon", "fri"],
  });

const FROM = "When it begins, in your time zone.";
const TO = "When it ends: on the next day when that is before `from`, a whole day later when it is the same.";

/** A window as it is sent. */
export const dayWindowSchema = z
  .strictObject({
    weekdays: weekdaysSchema.optional(),
    from: timeOfDaySchema(FROM, "22:00"),
    to: timeOfDaySchema(TO, "06:30"),
  })
  .transform(({ weekdays, from, to }): DayWindow => ({
    ...(weekdays !== undefined && { weekdays: weekdays.map((day) => WEEKDAYS.indexOf(day) + 1).toSorted() }),
    from,
    to,
  }))
  .openapi("DayWindowDraft");

/** A window as it is answered. */
export const dayWindowAnswerSchema = z
  .strictObject({ weekdays: z.array(z.enum(WEEKDAYS)).optional(), from: z.string(), to: z.string() })
  .openapi("DayWindow");

/** A window as it is answered. */
export function dayWindowBody({ weekdays, from, to }: DayWindow): z.infer<typeof dayWindowAnswerSchema> {
  const days = weekdays?.map((day) => WEEKDAYS[day - 1]).filter((day) => day !== undefined);
  return { ...(days !== undefined && { weekdays: days }), from: timeOfDay(from), to: timeOfDay(to) };
}
