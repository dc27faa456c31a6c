import { createRoute, z } from "@hono/zod-openapi";
import { ownerProofSchema } from "./owner-proof.ts";
import { notLoggedIn, problemAnswers, SESSION_BODY_PROBLEMS, SESSION_PROBLEMS } from "./problem-answers.ts";
import { answer, BEARER_SECURITY, body, TAGS } from "./route-parts.ts";

const accountSchema = z
  .object({ id: z.string(), email: z.string(), mailVerified: z.boolean(), roles: z.array(z.string()) })
  .openapi("Account");

/** What the account says of itself. */
export const accountRoute = createRoute({
  method: "get",
  path: "/account",
  operationId: "readAccount",
  summary: "Your account",
  tags: TAGS,
  security: BEARER_SECURITY,
  responses: { 200: answer("The account.", accountSchema), ...problemAnswers(...SESSION_PROBLEMS) },
});

const ERASURE = `Deletes the account, its sessions, tokens and second factors, your tags' locations and events, your
geofences, and what you share and were shared. Your tags are nobody's then. After 204 nobody can
read any of it any more, also not from a backup, because your key is destroyed. It cannot be taken back.`;

/**
 * Deletes the account. The authentication service closes it and answers 204; the API then erases what the store has, and
 * answers 202 when some of that is left over for later.
 */
export const eraseAccountRoute = createRoute({
  method: "delete",
  path: "/account",
  operationId: "eraseAccount",
  summary: "Delete your account with all that it has",
  description: ERASURE,
  tags: TAGS,
  security: BEARER_SECURITY,
  request: body(ownerProofSchema),
  responses: {
    202: {
      description: "The account is closed; what could not be erased now is erased as soon as it can be.",
    },
    204: { description: "All is erased." },
    ...problemAnswers(...SESSION_BODY_PROBLEMS),
    401: notLoggedIn("unauthenticated"),
  },
});
