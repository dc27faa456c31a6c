import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { TagId } from "@purrimeter/protocol/values";
import type { Alert, AlertId } from "@purrimeter/store/alert";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { BEARER_SECURITY, BODY_PROBLEMS, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { spend } from "../edge/spend.ts";
import { refuse } from "../edge/problem.ts";
import { readJsonBody } from "../edge/read-json-body.ts";
import { MAX_CURSOR_LENGTH } from "../lists/cursors.ts";
import { readTime } from "../lists/list-query.ts";
import { orNotFound } from "../lists/or-not-found.ts";
import { locationBody } from "../locations/location-schema.ts";
import { alertBody } from "./alert-body.ts";
import { alertPages } from "./alert-pages.ts";
import { alertReader, mayReadPlaces } from "./alert-reader.ts";
import { alertDetailSchema, alertListSchema, alertSchema } from "./alert-schema.ts";
import { fixesOf } from "./fixes-of.ts";
import { bodyOf, idParamsSchema, json } from "./route-parts.ts";

const MAX_BODY_BYTES = 4_096;
const MAX_PAGE_ALERTS = 200;
const DEFAULT_PAGE_ALERTS = 50;
const MAX_SNOOZE_S = 30 * 86_400;

const paramsSchema = idParamsSchema<AlertId>();

const positionSchema = (description: string) =>
  z.string().min(1).max(MAX_CURSOR_LENGTH).optional().openapi({ description });

const querySchema = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, `limit must be a whole number from 1 to ${MAX_PAGE_ALERTS}.`)
    .transform(Number)
    .pipe(z.number().min(1).max(MAX_PAGE_ALERTS))
    .default(DEFAULT_PAGE_ALERTS)
    .openapi({ type: "integer", minimum: 1, maximum: MAX_PAGE_ALERTS, default: DEFAULT_PAGE_ALERTS }),
  cursor: positionSchema("`next` of the page before. Opaque; good for the same list and query only."),
  after: positionSchema("`latest` of an earlier answer: what has come since, oldest first."),
  unread: z
    .enum(["true", "false"])
    .transform((text) => text === "true")
    .optional()
    .openapi({ type: "boolean", description: "true: only what is unread." }),
  tagId: z
    .string()
    .min(1)
    .max(128)
    .transform((id) => id as TagId)
    .optional()
    .openapi({ description: "Only about this tag." }),
});

const changeSchema = z
  .strictObject({
    read: z.boolean().optional(),
    acknowledged: z.boolean().optional().openapi({
      description: "An acknowledged alert is read, and told no more.",
    }),
    snoozedUntil: z
      .string()
      .transform((text, context) => readTime(text, context))
      .nullable()
      .optional()
      .openapi({
        type: ["string", "null"],
        format: "date-time",
        description: "It is told again then, unless it is acknowledged before: within 30 days. null ends it.",
      }),
  })
  .refine((change) => Object.keys(change).length > 0, "Say what is to change.")
  .refine(({ acknowledged, snoozedUntil }) => acknowledged !== true || typeof snoozedUntil !== "number", {
    path: ["snoozedUntil"],
    message: "An acknowledged alert is told no more: leave one of the two out.",
  })
  .openapi("AlertChange", { description: "What is left out stays as it is." });

const readThroughSchema = z
  .strictObject({ through: z.string().min(1).max(64).openapi({ description: "Id of an alert." }) })
  .openapi("AlertsRead");

const listRoute = createRoute({
  method: "get",
  path: "/alerts",
  operationId: "listAlerts",
  summary: "What you were told",
  description:
    "Newest first, back to the oldest that is kept. With `after` the other way round: what has come since an answer that gave `latest`.",
  tags: ["alerts"],
  security: BEARER_SECURITY,
  request: { query: querySchema },
  responses: {
    200: json("Alerts.", alertListSchema),
    ...problemAnswers(...OWNER_PROBLEMS, "invalid-request", "invalid-cursor"),
  },
});

const readRoute = createRoute({
  method: "get",
  path: "/alerts/{id}",
  operationId: "readAlert",
  summary: "One alert, and the fixes that decided it",
  tags: ["alerts"],
  security: BEARER_SECURITY,
  request: { params: paramsSchema },
  responses: {
    200: json("The alert.", alertDetailSchema),
    ...problemAnswers(...OWNER_PROBLEMS, "not-found"),
  },
});

const changeRoute = createRoute({
  method: "patch",
  path: "/alerts/{id}",
  operationId: "changeAlert",
  summary: "Mark an alert as read, acknowledge it, or put it off",
  tags: ["alerts"],
  security: BEARER_SECURITY,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: { params: paramsSchema, body: bodyOf(changeSchema) },
  responses: {
    200: json("The alert as it is now.", alertSchema),
    ...problemAnswers(...OWNER_PROBLEMS, ...BODY_PROBLEMS, "not-found", "conflict"),
  },
});

const readThroughRoute = createRoute({
  method: "post",
  path: "/alerts/read",
  operationId: "markAlertsRead",
  summary: "Mark an alert and all before it as read",
  tags: ["alerts"],
  security: BEARER_SECURITY,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: { body: bodyOf(readThroughSchema) },
  responses: {
    204: { description: "They are read." },
    ...problemAnswers(...OWNER_PROBLEMS, ...BODY_PROBLEMS, "not-found"),
  },
});

function checkSnooze(until: number | null | undefined, now: number): void {
  if (typeof until !== "number") return;
  const message =
    until <= now
      ? "snoozedUntil is not in the future."
      : until > now + MAX_SNOOZE_S
        ? "snoozedUntil is more than 30 days ahead."
        : undefined;
  if (message !== undefined) throw refuse("invalid-request", message, [{ field: "snoozedUntil", message }]);
}

/** An acknowledged alert is told no more: throws a problem for putting it off, unless the change takes that back. */
async function checkAcknowledged(
  { snoozedUntil, acknowledged }: z.infer<typeof changeSchema>,
  id: AlertId,
  c: Context<Env>,
): Promise<void> {
  if (typeof snoozedUntil !== "number" || acknowledged === false) return;
  const { acknowledgedAt } = orNotFound(await c.get("view").alert(id));
  if (acknowledgedAt !== undefined)
    throw refuse("conflict", "This alert is acknowledged, and so is not told again.");
}

/** The alerts' bodies, as who asks may see them. */
async function bodiesOf(alerts: readonly Alert[], c: Context<Env>) {
  const reader = await alertReader(alerts, c);
  return alerts.map((alert) => alertBody(alert, reader));
}

async function oneBody(alert: Alert, c: Context<Env>) {
  return alertBody(alert, await alertReader([alert], c));
}

/** /v1/alerts. */
export function alertRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(listRoute, async (c) => {
      const { tagId: tag, ...query } = c.req.valid("query");
      const pages = alertPages({ ...query, tag }, deps.cursors, c.get("owner"));
      const { items, hasMore, unread } = await c.get("view").alerts(pages.range);
      const page = { next: pages.next(items, hasMore), latest: pages.latest(items), unread };
      return c.json({ items: await bodiesOf(items, c), ...page }, 200);
    })
    .openapi(readRoute, async (c) => {
      const alert = orNotFound(await c.get("view").alert(c.req.valid("param").id));
      const fixes = mayReadPlaces(c) ? await fixesOf(alert, c.get("view")) : [];
      return c.json({ ...(await oneBody(alert, c)), fixes: fixes.map(locationBody) }, 200);
    })
    .openapi(changeRoute, async (c) => {
      const { id } = c.req.valid("param");
      const body = c.req.valid("json");
      const { read: isRead, acknowledged: isAcknowledged, snoozedUntil } = body;
      checkSnooze(snoozedUntil, deps.now());
      await checkAcknowledged(body, id, c);
      if (typeof snoozedUntil === "number") spend(deps.alerts.snoozeRates, c.get("owner"));
      const change = {
        ...(isRead !== undefined && { isRead }),
        ...(isAcknowledged !== undefined && { isAcknowledged }),
        ...(snoozedUntil !== undefined && { snoozedUntil }),
      };
      const alert = orNotFound(await c.get("view").markAlert(id, change));
      return c.json(await oneBody(alert, c), 200);
    })
    .openapi(readThroughRoute, async (c) => {
      const { through } = c.req.valid("json");
      const { sequence } = orNotFound(await c.get("view").alert(through as AlertId));
      await c.get("view").markAllRead(sequence);
      return c.body(null, 204);
    });
}
