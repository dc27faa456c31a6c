import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { onInvalid } from "@purrimeter/service/on-invalid";
import {
  AFTERWARDS,
  LEAST_RETENTION_DAYS,
  MOST_RETENTION_DAYS,
  type RetentionBounds,
  type RetentionChoice,
} from "@purrimeter/store/retention-choice";
import { BEARER_SECURITY, BODY_PROBLEMS, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { refuse } from "../edge/problem.ts";
import { readJsonBody } from "../edge/read-json-body.ts";
import { rfc3339 } from "../lists/rfc3339.ts";

const MAX_BODY_BYTES = 4_096;
const DAY_S = 86_400;

const daysSchema = z
  .int()
  .min(LEAST_RETENTION_DAYS)
  .max(MOST_RETENTION_DAYS)
  .openapi({ description: "Days for which your tags' locations and events are kept." });

const afterwardsSchema = z.enum(AFTERWARDS).openapi("Afterwards", {
  description:
    "What becomes of a day once it is older. `delete`: nothing is left. `totals`: time outside, distance and exits of the day are kept " +
    "for you, until you choose something else. `anonymise`: they are added to the sums of this installation, without tag or account; " +
    "sums of fewer than 20 tags are deleted. All else of the day is deleted in each case.",
});

const settingsSchema = z
  .strictObject({
    retentionDays: daysSchema,
    afterwards: afterwardsSchema,
    minRetentionDays: z.int().openapi({ description: "The least that the operator allows." }),
    maxRetentionDays: z.int().openapi({ description: "The most that the operator allows." }),
    keptFrom: z.iso.datetime().openapi({
      description:
        "What is older is deleted within a day, or is already. After a shorter time was chosen: what that deletes.",
    }),
  })
  .openapi("AccountSettings");

const changeSchema = z
  .strictObject({ retentionDays: daysSchema.optional(), afterwards: afterwardsSchema.optional() })
  .refine((change) => Object.keys(change).length > 0, "Say what is to change.")
  .openapi("AccountSettingsChange", { description: "What is left out stays as it is." });

const settingsAnswer = (description: string) => ({
  description,
  content: { "application/json": { schema: settingsSchema } },
});

const readRoute = createRoute({
  method: "get",
  path: "/account",
  operationId: "readAccountSettings",
  summary: "How long your tags' locations are kept",
  tags: ["auth"],
  security: BEARER_SECURITY,
  responses: { 200: settingsAnswer("What holds."), ...problemAnswers(...OWNER_PROBLEMS) },
});

const changeRoute = createRoute({
  method: "patch",
  path: "/account",
  operationId: "changeAccountSettings",
  summary: "Change how long your tags' locations are kept",
  description:
    "A shorter time deletes what is older than `keptFrom` at the next run, within a day, and cannot be taken back after it. Until " +
    "then a longer time undoes it. Days that were deleted do not come back with a longer time.",
  tags: ["auth"],
  security: BEARER_SECURITY,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: { body: { required: true, content: { "application/json": { schema: changeSchema } } } },
  responses: {
    200: settingsAnswer("What holds from now on."),
    ...problemAnswers(...OWNER_PROBLEMS, ...BODY_PROBLEMS),
  },
});

function bodyOf(
  { days, afterwards }: RetentionChoice,
  { minDays, maxDays }: RetentionBounds,
  now: number,
): z.infer<typeof settingsSchema> {
  const kept = Math.max(0, Math.floor(now / DAY_S) - days) * DAY_S;
  return {
    retentionDays: days,
    afterwards,
    minRetentionDays: minDays,
    maxRetentionDays: maxDays,
    keptFrom: rfc3339(kept as UnixSeconds),
  };
}

/** Throws a problem for days that the operator does not allow. */
function checkBounds(days: number | undefined, { minDays, maxDays }: RetentionBounds): void {
  if (days === undefined || (days >= minDays && days <= maxDays)) return;
  const limit = days < minDays ? minDays : maxDays;
  const message = `retentionDays must be from ${minDays} to ${maxDays} here.`;
  throw refuse("invalid-request", message, [{ field: "retentionDays", message, limit }]);
}

/** /v1/account: what an account has set. */
export function retentionRoutes(deps: Dependencies) {
  const bounds = deps.retentionBounds;
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(readRoute, async (c) =>
      c.json(bodyOf(await c.get("view").retention(bounds), bounds, deps.now()), 200),
    )
    .openapi(changeRoute, async (c) => {
      const { retentionDays: days, afterwards } = c.req.valid("json");
      checkBounds(days, bounds);
      const change = { ...(days !== undefined && { days }), ...(afterwards !== undefined && { afterwards }) };
      return c.json(bodyOf(await c.get("view").chooseRetention(change, bounds), bounds, deps.now()), 200);
    });
}
