import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { onInvalid } from "@purrimeter/service/on-invalid";
import type { AnonymousDay, DayTotal } from "@purrimeter/store/day-total";
import { BEARER_SECURITY, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { timeQuerySchema } from "../lists/list-query.ts";
import { orNotFound, tagParamsSchema } from "../lists/or-not-found.ts";
import { nextInTime, timeRange } from "../lists/page-position.ts";
import { rfc3339 } from "../lists/rfc3339.ts";
import { unreadableSchema } from "../tags/tag-schema.ts";

const daySchema = z.iso.date().openapi({ description: "The day, in UTC." });
const countSchema = z.number().int().min(0);

const totalSchema = z
  .strictObject({
    day: daySchema,
    outsideS: countSchema
      .max(86_400)
      .nullable()
      .openapi({
        description:
          "Seconds for which it was outside one of its geofences at least and inside none, by the last sides that it decided. " +
          "null when no side was known all day, or the total is unreadable.",
      }),
    distanceM: countSchema.nullable().openapi({
      description:
        "Metres from fix to fix, without what their errors alone explain. null when the total is unreadable.",
    }),
    exits: countSchema.nullable().openapi({
      description: "Changes to outside whose last known side was inside. null when the total is unreadable.",
    }),
    unreadable: unreadableSchema,
  })
  .openapi("DayTotal");

const anonymousSchema = z
  .strictObject({
    day: daySchema,
    tags: countSchema.openapi({ description: "Tags that the sums are of: 20 or more." }),
    outsideS: countSchema,
    distanceM: countSchema,
    exits: countSchema,
  })
  .openapi("AnonymousDay");

const listRoute = createRoute({
  method: "get",
  path: "/tags/{id}/totals",
  operationId: "listDayTotals",
  summary: "What is left of days whose locations are deleted",
  description:
    "Totals of days, ascending; none has a place. There are some when the account's `afterwards` is `totals`. A day is in the range " +
    "when its start is, both ends included.",
  tags: ["locations"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema, query: timeQuerySchema },
  responses: {
    200: {
      description: "Totals.",
      content: {
        "application/json": {
          schema: z
            .strictObject({ items: z.array(totalSchema), next: z.string().nullable() })
            .openapi("DayTotalList"),
        },
      },
    },
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request", "invalid-cursor", "not-found"),
  },
});

const anonymousRoute = createRoute({
  method: "get",
  path: "/operator/totals",
  operationId: "listAnonymousDays",
  summary: "Sums of this installation's days",
  description:
    "For operators. Sums over tags of owners who chose `anonymise`, of days to which at least 20 tags contributed and no more can " +
    "come. Of the newest 366 such days. Without owners, tags and places.",
  tags: ["operator"],
  security: BEARER_SECURITY,
  responses: {
    200: {
      description: "Days, ascending.",
      content: {
        "application/json": {
          schema: z.strictObject({ items: z.array(anonymousSchema) }).openapi("AnonymousDayList"),
        },
      },
    },
    ...problemAnswers(...OWNER_PROBLEMS),
  },
});

const UNREADABLE = { outsideS: null, distanceM: null, exits: null, unreadable: true } as const;

function dayOf(at: UnixSeconds): string {
  return rfc3339(at).slice(0, 10);
}

function totalBody({ at, totals }: DayTotal): z.infer<typeof totalSchema> {
  if (totals === undefined) return { day: dayOf(at), ...UNREADABLE };
  const { outsideS = null, distanceM, exits } = totals;
  return { day: dayOf(at), outsideS, distanceM, exits };
}

function anonymousBody({ at, ...sums }: AnonymousDay): z.infer<typeof anonymousSchema> {
  return { day: dayOf(at), ...sums };
}

/** /v1/tags/{id}/totals and /v1/operator/totals. */
export function totalRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(listRoute, async (c) => {
      const { id } = c.req.valid("param");
      const scope = { route: "totals", owner: c.get("owner"), tag: id };
      const range = timeRange(c.req.valid("query"), deps.cursors, scope);
      const page = orNotFound(await c.get("view").dayTotals(id, range));
      const next = nextInTime(page.next, range, deps.cursors, scope);
      return c.json({ items: page.items.map(totalBody), next }, 200);
    })
    .openapi(anonymousRoute, async (c) => {
      const days = await deps.retention.anonymousDays(deps.retentionBounds);
      return c.json({ items: days.map(anonymousBody) }, 200);
    });
}
