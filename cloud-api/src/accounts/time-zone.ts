import { z } from "@hono/zod-openapi";

const MAX_ZONE_LENGTH = 64;

/** A name of IANA's database: no offset such as +01:00, which knows no summer. */
const ZONE_NAME = /^[A-Za-z][\w+/-]*$/u;

/** The zone in its canonical spelling; undefined when there is none of that name. */
export function canonicalTimeZone(name: string): string | undefined {
  if (!ZONE_NAME.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export const timeZoneSchema = z
  .string()
  .max(MAX_ZONE_LENGTH)
  .transform((name, context) => {
    const zone = canonicalTimeZone(name);
    if (zone !== undefined) return zone;
    context.addIssue({
      code: "custom",
      message: "This must be the name of a time zone such as Europe/Zurich.",
    });
    return z.NEVER;
  })
  .openapi({
    type: "string",
    maxLength: MAX_ZONE_LENGTH,
    description: "Of times in messages, of rules and of quiet hours: a name of IANA's database.",
    example: "Europe/Zurich",
  });
