import { z } from "@hono/zod-openapi";
import {
  EVENT_NAME,
  MAX_EVENT_NAME,
  rowProofSchema,
  TRAIL_ACTORS,
  TRAIL_VIEWS,
} from "@purrimeter/auth-api/trail";
import { MAX_PROVED_EVENTS } from "@purrimeter/auth-api/limits";
import { asTagId } from "@purrimeter/protocol/values";
import { timeQuerySchema } from "../lists/list-query.ts";

/** Names of the trees. */
const TREES = ["accounts", "locations"] as const;

/** Query of GET /v1/audit. */
export const auditQuerySchema = timeQuerySchema.safeExtend({
  view: z.enum(TRAIL_VIEWS).default("own").openapi({
    description: "`own`: what you did, and what was done to your account and your tags. `all`: for auditors.",
  }),
  event: z
    .string()
    .max(MAX_EVENT_NAME)
    .regex(EVENT_NAME, "This is not the name of an event, such as latest.read.")
    .optional()
    .openapi({ description: "Only events of this name.", example: "latest.read" }),
  tagId: z
    .string()
    .refine((id) => asTagId(id) !== undefined, "This is not the id of a tag.")
    .optional()
    .openapi({ description: "Only events about this tag." }),
  by: z
    .enum(TRAIL_ACTORS)
    .optional()
    .openapi({
      description:
        "Who did it: `owner` for the account that it is about, `other` for another account such as a viewer, `staff` for " +
        "operators and auditors, `system` for no account.",
    }),
  proof: z
    .enum(["true", "false"])
    .default("false")
    .openapi({
      description: `With a proof of each event, for \`node audit/verify-proof.mjs FILE\`; at most ${MAX_PROVED_EVENTS} on a page.`,
    }),
});

/** What was asked. */
export type AuditQuery = z.infer<typeof auditQuerySchema>;

const entrySchema = z
  .strictObject({
    tree: z.enum(TREES).openapi({ description: "Which trail it is in." }),
    number: z.number().int().openapi({ description: "Its number there, from 1." }),
    at: z.iso.datetime(),
    event: z.string().openapi({ example: "latest.read" }),
    by: z.enum(TRAIL_ACTORS),
    byYou: z.boolean().openapi({ description: "Whether you did it." }),
    actor: z.string().nullable().openapi({
      description: "Pseudonym of the account that did it; null when none did, or nobody proved to be it.",
    }),
    account: z
      .string()
      .nullable()
      .openapi({ description: "Pseudonym of the account that it is about; null for none." }),
    subject: z
      .string()
      .nullable()
      .openapi({ description: "Tag, geofence, session, token or service that it is about; null for none." }),
    share: z.string().nullable().openapi({
      description: "Your share by which a viewer looked at your tag, while there is one; null otherwise.",
    }),
    network: z.string().nullable().openapi({
      description: "Keyed hash of the client's network: equal ones can be seen, none can be read.",
    }),
    count: z.number().int().nullable().openapi({
      description: "How many, where one event stands for several: all reads of an hour for latest.read-more.",
    }),
    leaf: z.string().openapi({ description: "Hash of the row in the trail's tree, base64." }),
    proof: rowProofSchema.optional(),
  })
  .openapi("AuditEntry");

/** An event of the trail as clients get it. */
export type AuditEntry = z.infer<typeof entrySchema>;

/** A page of the trail. */
export const auditListSchema = z
  .strictObject({ items: z.array(entrySchema), next: z.string().nullable() })
  .openapi("AuditEntryList");
