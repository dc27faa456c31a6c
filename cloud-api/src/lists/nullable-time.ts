import { z } from "@hono/zod-openapi";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { rfc3339 } from "./rfc3339.ts";

/** A time in an answer, or null. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- Zod infers it.
export function nullableTimeSchema(description: string) {
  return z.iso.datetime().nullable().openapi({ description });
}

/** The time as an answer has it; null for none. */
export function timeOrNull(at: UnixSeconds | undefined): string | null {
  return at === undefined ? null : rfc3339(at);
}
