import { createRoute, z } from "@hono/zod-openapi";
import { ownerProofSchema } from "../http/credentials-schema.ts";
import { problemResponses } from "../http/problem-responses.ts";

const json = <Schema extends z.ZodType>(schema: Schema) => ({ "application/json": { schema } });
const accountId = z.string().regex(/^[0-9a-f]{32}$/u, "This is no account's id.");

/** Closes the account. */
export const eraseAccountRoute = createRoute({
  method: "post",
  path: "/account/erase",
  operationId: "eraseAccount",
  summary: "Delete your account with all that it has",
  security: [{ bearer: [] }],
  request: { body: { required: true, content: json(ownerProofSchema) } },
  responses: {
    204: { description: "There is no such account any more" },
    ...problemResponses(400, 401, 403, 429, 503),
  },
});

/** For the gateway: whose tags and locations have to go. */
export const listErasuresRoute = createRoute({
  method: "get",
  path: "/erasures",
  operationId: "listErasures",
  summary: "Accounts that were closed and are not erased everywhere yet",
  responses: {
    200: {
      description: "Ids of at most 100 accounts",
      content: json(z.strictObject({ items: z.array(z.string()) })),
    },
  },
});

/** For the gateway: nothing is stored of the account any more. */
export const endErasureRoute = createRoute({
  method: "delete",
  path: "/erasures/{account}",
  operationId: "endErasure",
  summary: "Say that everything of a closed account is erased; it is listed again while its tokens may live",
  request: { params: z.strictObject({ account: accountId }) },
  responses: { 204: { description: "Noted" }, ...problemResponses(400) },
});
