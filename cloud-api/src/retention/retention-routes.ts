import { createRoute, OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { preferencesRoute } from "@purrimeter/auth-api/internal";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { onInvalid } from "@purrimeter/service/on-invalid";
import type { AlertPreferences } from "@purrimeter/store/alert";
import type { OwnerView } from "@purrimeter/store/owner-view";
import type { RetentionBounds, RetentionChoice } from "@purrimeter/store/retention-choice";
import { BEARER_SECURITY, BODY_PROBLEMS, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { refuse } from "../edge/problem.ts";
import { readJsonBody } from "../edge/read-json-body.ts";
import { rfc3339 } from "../lists/rfc3339.ts";
import { changeSchema, settingsSchema } from "./account-schema.ts";

const MAX_BODY_BYTES = 4_096;
const DAY_S = 86_400;

const settingsAnswer = (description: string) => ({
  description,
  content: { "application/json": { schema: settingsSchema } },
});

const readRoute = createRoute({
  method: "get",
  path: "/account",
  operationId: "readAccountSettings",
  summary: "How long your tags' locations are kept, and how you are written to",
  tags: ["auth"],
  security: BEARER_SECURITY,
  responses: { 200: settingsAnswer("What holds."), ...problemAnswers(...OWNER_PROBLEMS) },
});

const changeRoute = createRoute({
  method: "patch",
  path: "/account",
  operationId: "changeAccountSettings",
  summary: "Change how long your tags' locations are kept, or how you are written to",
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

/** What an account has set. */
interface Settings {
  readonly retention: RetentionChoice;
  readonly preferences: AlertPreferences;
}

function bodyOf(
  { retention: { days, afterwards }, preferences: { language, timeZone } }: Settings,
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
    language,
    timeZone,
  };
}

async function settingsOf(view: OwnerView, bounds: RetentionBounds): Promise<Settings> {
  return { retention: await view.retention(bounds), preferences: await view.alertPreferences() };
}

async function change(
  c: Context<Env>,
  { retentionDays: days, afterwards, language, timeZone }: z.infer<typeof changeSchema>,
  { retentionBounds: bounds, auth }: Dependencies,
): Promise<void> {
  const view = c.get("view");
  const preferences = {
    ...(language !== undefined && { language }),
    ...(timeZone !== undefined && { timeZone }),
  };
  const isPreferring = Object.keys(preferences).length > 0;
  // First, because it may fail: then nothing has changed.
  if (isPreferring) await notePreferences(auth, c, preferences);
  const retention = { ...(days !== undefined && { days }), ...(afterwards !== undefined && { afterwards }) };
  if (Object.keys(retention).length > 0) await view.chooseRetention(retention, bounds);
  if (isPreferring) await view.setAlertPreferences(preferences);
}

/** Mails about the account go by it too: they are the authentication service's. Throws a problem when that does not answer. */
async function notePreferences(
  auth: Dependencies["auth"],
  c: Context<Env>,
  preferences: Partial<AlertPreferences>,
): Promise<void> {
  const body = { account: c.get("owner"), ...preferences };
  const clientAddress = c.get("clientAddress");
  const answer = await auth.call({ method: "POST", path: preferencesRoute.path, body, clientAddress });
  if (answer.kind === "answer" && answer.status === 204) return;
  throw refuse("unavailable", "The authentication service does not answer. Nothing was changed.");
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
      c.json(bodyOf(await settingsOf(c.get("view"), bounds), bounds, deps.now()), 200),
    )
    .openapi(changeRoute, async (c) => {
      const body = c.req.valid("json");
      checkBounds(body.retentionDays, bounds);
      await change(c, body, deps);
      return c.json(bodyOf(await settingsOf(c.get("view"), bounds), bounds, deps.now()), 200);
    });
}
