import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { MAX_ALERT_RULES } from "@purrimeter/store/alert-rule";
import type { AlertRule, AlertRuleId } from "@purrimeter/store/alert-rule";
import type { RuleOutcome } from "@purrimeter/store/alerts-view";
import type { OwnerView } from "@purrimeter/store/owner-view";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { BEARER_SECURITY, BODY_PROBLEMS, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { refuse } from "../edge/problem.ts";
import { readJsonBody } from "../edge/read-json-body.ts";
import { notFound, orNotFound, unknownId } from "../lists/or-not-found.ts";
import { bodyOf, idParamsSchema, json } from "./route-parts.ts";
import { ruleBody, ruleDraft, ruleDraftSchema, ruleListSchema, ruleSchema } from "./rule-schema.ts";

/** Ids of tags, of geofences and of channels, and windows of time. */
const MAX_BODY_BYTES = 16_384;

const paramsSchema = idParamsSchema<AlertRuleId>();

const listRoute = createRoute({
  method: "get",
  path: "/alert-rules",
  operationId: "listAlertRules",
  summary: "What you are told",
  description:
    "The built-in rules come first: without any other an account is told when a tag leaves a geofence, when its battery is low, and when it is silent.",
  tags: ["alerts"],
  security: BEARER_SECURITY,
  responses: { 200: json("All rules.", ruleListSchema), ...problemAnswers(...OWNER_PROBLEMS) },
});

const makeRoute = createRoute({
  method: "post",
  path: "/alert-rules",
  operationId: "makeAlertRule",
  summary: "Make a rule",
  description: `An account has at most ${MAX_ALERT_RULES} of its own.`,
  tags: ["alerts"],
  security: BEARER_SECURITY,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: { body: bodyOf(ruleDraftSchema) },
  responses: {
    201: json("The rule.", ruleSchema),
    ...problemAnswers(...OWNER_PROBLEMS, ...BODY_PROBLEMS, "not-found", "conflict"),
  },
});

const replaceRoute = createRoute({
  method: "put",
  path: "/alert-rules/{id}",
  operationId: "replaceAlertRule",
  summary: "Change a rule",
  description:
    "What is left out is as in a new rule; the kind stays. A built-in rule is changed for your account alone.",
  tags: ["alerts"],
  security: BEARER_SECURITY,
  middleware: readJsonBody(MAX_BODY_BYTES),
  request: { params: paramsSchema, body: bodyOf(ruleDraftSchema) },
  responses: {
    200: json("The rule as it is now.", ruleSchema),
    ...problemAnswers(...OWNER_PROBLEMS, ...BODY_PROBLEMS, "not-found", "conflict"),
  },
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/alert-rules/{id}",
  operationId: "deleteAlertRule",
  summary: "Delete a rule",
  description: "A built-in one is turned off.",
  tags: ["alerts"],
  security: BEARER_SECURITY,
  request: { params: paramsSchema },
  responses: {
    204: { description: "It tells nothing more." },
    ...problemAnswers(...OWNER_PROBLEMS, "not-found"),
  },
});

function tooManyRules(): Error {
  const message = `An account has at most ${MAX_ALERT_RULES} rules.`;
  return refuse("conflict", message, [{ field: "body", message, limit: MAX_ALERT_RULES }]);
}

function kept(outcome: RuleOutcome): AlertRule {
  if (outcome.kind === "kept") return outcome.rule;
  switch (outcome.reason) {
    case "not-found":
      throw notFound();
    case "too-many-rules":
      throw tooManyRules();
    case "unknown-tag":
      throw unknownId("tags", outcome.at, "tag");
    case "unknown-geofence":
      throw unknownId("geofences", outcome.at, "geofence");
    case "unknown-channel":
      throw unknownId("channels", outcome.at, "channel");
  }
}

/** Throws a problem when the account has the rule and it is of another kind. */
async function checkKind(view: OwnerView, id: AlertRuleId, kind: AlertRule["kind"]): Promise<void> {
  const present = (await view.alertRules()).find((rule) => rule.id === id);
  if (present === undefined) throw notFound();
  if (present.kind === kind) return;
  const message = `The kind of a rule stays: this one is ${present.kind}. Make another rule.`;
  throw refuse("invalid-request", message, [{ field: "kind", message }]);
}

/** /v1/alert-rules. */
export function alertRuleRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(listRoute, async (c) => {
      const rules = await c.get("view").alertRules();
      return c.json({ items: rules.map(ruleBody), next: null }, 200);
    })
    .openapi(makeRoute, async (c) => {
      const rule = kept(await c.get("view").addAlertRule(ruleDraft(c.req.valid("json"))));
      deps.logAct("alert-rule.changed");
      return c.json(ruleBody(rule), 201, { Location: `/v1/alert-rules/${rule.id}` });
    })
    .openapi(replaceRoute, async (c) => {
      const { id } = c.req.valid("param");
      const draft = ruleDraft(c.req.valid("json"));
      await checkKind(c.get("view"), id, draft.kind);
      const rule = kept(await c.get("view").changeAlertRule(id, draft));
      deps.logAct("alert-rule.changed");
      return c.json(ruleBody(rule), 200);
    })
    .openapi(deleteRoute, async (c) => {
      orNotFound(await c.get("view").removeAlertRule(c.req.valid("param").id));
      deps.logAct("alert-rule.changed");
      return c.body(null, 204);
    });
}
