import { z } from "@hono/zod-openapi";
import { MAX_UINT32 } from "@purrimeter/protocol/values";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { MAX_CURSOR_LENGTH } from "./cursors.ts";
import { rfc3339, secondsFromRfc3339 } from "./rfc3339.ts";

const MAX_PAGE_ITEMS = 1_000;
const DEFAULT_PAGE_ITEMS = 100;

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

export const EARLIEST = 0 as UnixSeconds;
export const LATEST = MAX_UINT32 as UnixSeconds;

const TIME_MESSAGES = {
  malformed: "This must be an RFC 3339 time such as 2026-03-01T12:00:00Z (in an address, write + as %2B).",
  "out-of-range": `This time is not between ${rfc3339(EARLIEST)} and ${rfc3339(LATEST)}.`,
} as const;

/** Reads a time for Zod: seconds of UTC, or the issue; `round` says what becomes of fractions. */
export function readTime(text: string, context: z.RefinementCtx, round = Math.ceil): UnixSeconds {
  const seconds = secondsFromRfc3339(text, round);
  if (typeof seconds === "number") return seconds;
  context.addIssue({ code: "custom", message: TIME_MESSAGES[seconds] });
  return z.NEVER;
}

/** A time in a query or a body, as seconds of UTC; `round` says what becomes of fractions. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- Zod infers it.
export function timeSchema(description: string, round = Math.ceil) {
  return z
    .string()
    .transform((text, context) => readTime(text, context, round))
    .optional()
    .openapi({ type: "string", format: "date-time", description });
}

interface Stretch {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Zod's check that a stretch of time does not end before it begins. */
function checkOrder({ value, issues }: { value: Stretch; issues: z.core.$ZodRawIssue[] }): void {
  const { from = EARLIEST, to = LATEST } = value;
  if (from <= to) return;
  for (const [field, message] of [
    ["from", "from is after to."],
    ["to", "to is before from."],
  ])
    issues.push({ code: "custom", input: value, path: [field as string], message: message as string });
}

const FROM = timeSchema("Not before this time. Everything that is kept when left out.");
const TO = timeSchema("Not after this time. Without an end when left out.", Math.floor);

/** Query of a stretch of time, both ends included, and more. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- Zod infers it.
export function stretchSchema<Shape extends z.ZodRawShape>(more: Shape) {
  return z.strictObject({ from: FROM, to: TO, ...more }).check(checkOrder as never);
}

/** Query of lists in time. Both ends are included; without them the list is all that is kept. */
export const timeQuerySchema = z
  .strictObject({ from: FROM, to: TO, limit: limitSchema, cursor: cursorSchema })
  .check(checkOrder);
