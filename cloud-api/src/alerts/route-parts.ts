import { z } from "@hono/zod-openapi";

/** An answer of that schema. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the schema says its type
export function json<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { "application/json": { schema } } };
}

/** A body of that schema, which must be there. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the schema says its type
export function bodyOf<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { "application/json": { schema } } } as const;
}

/** Path of a thing with an id, which is not checked: the store finds nothing under what is no id. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- Zod infers it.
export function idParamsSchema<Id extends string>() {
  const id = z.string().openapi({ param: { name: "id", in: "path" } });
  return z.object({ id: id.transform((text) => text as Id) });
}
