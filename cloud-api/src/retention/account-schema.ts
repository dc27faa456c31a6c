import { z } from "@hono/zod-openapi";
import { languageSchema } from "@purrimeter/auth-api/fields";
import { AFTERWARDS, LEAST_RETENTION_DAYS, MOST_RETENTION_DAYS } from "@purrimeter/store/retention-choice";
import { timeZoneSchema } from "../accounts/time-zone.ts";

const daysSchema = z
  .int()
  .min(LEAST_RETENTION_DAYS)
  .max(MOST_RETENTION_DAYS)
  .openapi({ description: "Days for which your tags' locations and events are kept." });

const afterwardsSchema = z.enum(AFTERWARDS).openapi("Afterwards", {
  description:
    "What becomes of a day once it is older. `delete`: nothing is left. `totals`: time outside, distance and exits of the day are kept " +
    "for you, until you choose something else. `anonymise`: they are added to the sums of this installation, without tag or account; " +
    "sums of fewer than 20 tags are deleted. All else of the day is deleted in each case.",
});

export const settingsSchema = z
  .strictObject({
    retentionDays: daysSchema,
    afterwards: afterwardsSchema,
    minRetentionDays: z.int().openapi({ description: "The least that the operator allows." }),
    maxRetentionDays: z.int().openapi({ description: "The most that the operator allows." }),
    keptFrom: z.iso.datetime().openapi({
      description:
        "What is older is deleted within a day, or is already. After a shorter time was chosen: what that deletes.",
    }),
    language: languageSchema,
    timeZone: z.string().openapi({
      description: "Of times in messages, of rules and of quiet hours.",
      example: "Europe/Zurich",
    }),
  })
  .openapi("AccountSettings");

export const changeSchema = z
  .strictObject({
    retentionDays: daysSchema.optional(),
    afterwards: afterwardsSchema.optional(),
    language: languageSchema.optional(),
    timeZone: timeZoneSchema.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, "Say what is to change.")
  .openapi("AccountSettingsChange", { description: "What is left out stays as it is." });
