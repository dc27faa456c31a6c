import { createRoute, z } from "@hono/zod-openapi";
import { MAX_AUDIT_EVENTS, MAX_PROVED_EVENTS } from "./limits.ts";
import { problemAnswers, SESSION_PROBLEMS } from "./problem-answers.ts";
import { answer, BEARER_SECURITY } from "./route-parts.ts";

/** Whose rows of a trail are read: one's own, or everybody's, for auditors. */
export const TRAIL_VIEWS = ["own", "all"] as const;

/** Kinds of who did what a row tells of. */
export const TRAIL_ACTORS = ["owner", "other", "staff", "system"] as const;

/** Names of events: words with hyphens, joined by dots. */
export const EVENT_NAME = /^[a-z][a-z0-9.-]*$/;

/** Characters of such a name. */
export const MAX_EVENT_NAME = 64;

const whole = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const querySchema = z.strictObject({
  view: z.enum(TRAIL_VIEWS),
  after: whole,
  /** Rows that were there when the first page was read; none that came later. */
  through: whole.optional(),
  /** One more than a page has, to know whether there is another. */
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_AUDIT_EVENTS + 1),
  proof: z.stringbool(),
  event: z.string().max(MAX_EVENT_NAME).regex(EVENT_NAME).optional(),
  subject: z.string().min(1).max(64).optional(),
  from: whole.optional(),
  to: whole.optional(),
  by: z.enum(TRAIL_ACTORS).optional(),
});

/** A proof that a row is in a signed tree; `audit/verify-proof.mjs` verifies it. */
export const rowProofSchema = z
  .strictObject({
    format: z.literal("purrimeter-audit-proof-1"),
    row: z.number().int(),
    entry: z.string().nullable(),
    leaf: z.string(),
    hashes: z.array(z.string()),
    checkpoint: z.string(),
    key: z.string(),
  })
  .openapi("AuditProof", { description: "Verified by `node audit/verify-proof.mjs FILE`." });

const rowSchema = z.strictObject({
  number: z.number().int(),
  at: z.number().int(),
  event: z.string(),
  actor: z.string(),
  account: z.string(),
  subject: z.string(),
  network: z.string(),
  count: z.number().int(),
  leaf: z.string(),
  by: z.enum(TRAIL_ACTORS),
  proof: rowProofSchema.optional(),
});

/** Rows of the accounts' trail, and the pseudonym that the asking account has there. */
export const trailRowsSchema = z.strictObject({
  items: z.array(rowSchema),
  name: z.string().optional(),
  /** Rows of the whole trail when it was read. */
  size: z.number().int(),
});

/** Rows of the accounts' trail, for the API, which puts those of tags between them. */
export const trailRowsRoute = createRoute({
  method: "get",
  path: "/trail",
  operationId: "readTrail",
  summary: "Rows of the accounts' audit trail, oldest first",
  description: `With proofs at most ${MAX_PROVED_EVENTS} and one more.`,
  security: BEARER_SECURITY,
  request: { query: querySchema },
  responses: {
    200: answer("Rows.", trailRowsSchema),
    ...problemAnswers(...SESSION_PROBLEMS, "invalid-request"),
  },
});
