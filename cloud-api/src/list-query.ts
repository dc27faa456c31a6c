import { z } from "@hono/zod-openapi";
import { MAX_UINT32 } from "@purrimeter/protocol/values";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { MAX_CURSOR_LENGTH } from "./cursors.ts";
import { secondsFromRfc3339 } from "./rfc3339.ts";

export const MAX_PAGE_ITEMS = 1_000;
export const DEFAULT_PAGE_ITEMS = 100;

const limitSchema = z
  .string()
  .regex(/^\d{1,6}$/, `limit must be a whole number from 1 to ${MAX_PAGE_ITEMS}.`)
  .transform(Number)
  .pipe(z.number().min(1).max(MAX_PAGE_ITEMS))
  .default(DEFAULT_PAGE_ITEMS)
  .openapi({ type: "integer", minimum: 1, maximum: MAX_PAGE_ITEMS, default: DEFAULT_PAGE_ITEMS });

const cursorSchema = z
  .string()
  .min(1)
  .max(MAX_CURSOR_LENGTH)
  .optional()
  .openapi({ description: "`next` of the page before. Opaque; good for the same list and query only." });

/** Query of every list. */
export const listQuerySchema = z.strictObject({ limit: limitSchema, cursor: cursorSchema });

const TIME_MESSAGE =
  "This must be an RFC 3339 time such as 2026-03-01T12:00:00Z (in an address, write + as %2B).";

/** A time in a query or a body, as seconds of UTC. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- Zod infers it.
export function timeSchema(description: string) {
  return z
    .string()
    .transform((text, context) => {
      const seconds = secondsFromRfc3339(text);
      if (seconds !== undefined) return seconds;
      context.addIssue({ code: "custom", message: TIME_MESSAGE });
      return z.NEVER;
    })
    .optional()
    .openapi({ type: "string", format: "date-time", description });
}

export const EARLIEST = 0 as UnixSeconds;
export const LATEST = MAX_UINT32 as UnixSeconds;

/** Query of lists in time. Both ends are included; without them the list is all that is kept. */
export const timeQuerySchema = z
  .strictObject({
    from: timeSchema("Not before this time. Everything that is kept when left out."),
    to: timeSchema("Not after this time. Without an end when left out."),
    limit: limitSchema,
    cursor: cursorSchema,
  })
  .check(({ value, issues }) => {
    const { from = EARLIEST, to = LATEST } = value;
    if (from <= to) return;
    for (const [field, message] of [
      ["from", "from is after to."],
      ["to", "to is before from."],
    ])
      issues.push({ code: "custom", input: value, path: [field as string], message: message as string });
  });
