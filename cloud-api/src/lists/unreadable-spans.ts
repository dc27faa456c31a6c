import { z } from "@hono/zod-openapi";
import type { UnreadableSpan } from "@purrimeter/store/location";
import { rfc3339 } from "./rfc3339.ts";

const spansSchema = z.array(z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime() })).optional();

/** `unreadable` of a list in time. */
export function unreadableSpansSchema(what: string): typeof spansSchema {
  return spansSchema.openapi({
    description:
      "Only when something that is stored within the page's time cannot be read: its key is missing, or it was changed or damaged. " +
      `${what} between these times may be missing from the items.`,
  });
}

interface Unreadable {
  unreadable?: z.infer<typeof spansSchema>;
}

/** What of a list's time cannot be read, as JSON; nothing when all can. */
export function unreadableSpans(page: {
  readonly unreadable: readonly UnreadableSpan[] | undefined;
}): Unreadable {
  const { unreadable } = page;
  if (unreadable === undefined) return {};
  return { unreadable: unreadable.map(({ from, to }) => ({ from: rfc3339(from), to: rfc3339(to) })) };
}
