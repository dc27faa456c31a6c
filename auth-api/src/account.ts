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

const EXPORT = `Makes an archive of all that is stored of the account: account, sessions, tags, geofences, shares, alerts with their
rules and channels, commands, events, locations and audit trail, as JSON Lines by month, GeoJSON, GPX 1.1 and CSV, with a
manifest of SHA-256 hashes and a README. The address in \`Location\` says how far it is, and gives it when it is ready, for 24
hours after it was asked for. While one is being made, the answer is that one's address. An account may ask for three in 24
hours.`;

/** An archive, while it is made and after that. */
export const exportStateSchema = z
  .object({
    state: z.enum(["running", "ready", "failed"]),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().openapi({ description: "It is deleted then." }),
  })
  .openapi("ExportState");

/** Asks for the archive: the authentication service gives what it has (accountDataRoute), the API makes the archive. */
export const exportAccountRoute = createRoute({
  method: "post",
  path: "/account/export",
  operationId: "exportAccount",
  summary: "Make an archive of all that is stored of you",
  description: EXPORT,
  tags: TAGS,
  security: BEARER_SECURITY,
  request: body(ownerProofSchema),
  responses: {
    202: {
      ...answer("It is being made.", exportStateSchema),
      headers: z.object({ Location: z.string() }),
    },
    ...problemAnswers(...SESSION_BODY_PROBLEMS),
    401: notLoggedIn("unauthenticated"),
  },
});
