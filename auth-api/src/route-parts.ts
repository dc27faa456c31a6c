import type { z } from "@hono/zod-openapi";

/** Of every route of accounts. */
export const TAGS = ["auth"];

/** Security requirement of routes that need a session. */
export const BEARER_SECURITY: Record<string, string[]>[] = [{ bearer: [] }];

type JsonContent<Schema extends z.ZodType> = Record<"application/json", { schema: Schema }>;

/** A body of that schema, which must be there. */
export function body<Schema extends z.ZodType>(
  schema: Schema,
): { body: { required: true; content: JsonContent<Schema> } } {
  return { body: { required: true, content: { "application/json": { schema } } } };
}

/** An answer of that schema. */
export function answer<Schema extends z.ZodType>(
  description: string,
  schema: Schema,
): { description: string; content: JsonContent<Schema> } {
  return { description, content: { "application/json": { schema } } };
}
