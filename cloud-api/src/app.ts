import { OpenAPIHono } from "@hono/zod-openapi";
import { VaultError } from "@purrimeter/secrets/vault-error";
import { MissingKeyError } from "@purrimeter/store/missing-key";
import { allowedMethods } from "@purrimeter/service/allowed-methods";
import { hungUpAnswer } from "@purrimeter/service/hung-up";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { problemResponse } from "@purrimeter/service/problem";
import { internalErrorAnswer, noRouteAnswer, problemAnswer } from "@purrimeter/service/problem-answer";
import type { Dependencies, Env } from "./dependencies.ts";
import { allowOrigins, authorise, checkHost, limitAddress, logAnswers, routeOf } from "./edge/edge.ts";
import { MethodRouter } from "./edge/method-router.ts";
import { observeAnswers } from "./edge/observe-answers.ts";
import { openApiDocument } from "./edge/openapi-document.ts";
import { problem } from "./edge/problem.ts";
import { accountRoutes } from "./accounts/account-routes.ts";
import { alertChannelActRoutes, alertChannelRoutes } from "./alerts/channel-routes.ts";
import { alertRoutes } from "./alerts/alert-routes.ts";
import { alertRuleRoutes } from "./alerts/rule-routes.ts";
import { muteRoutes } from "./alerts/mute-routes.ts";
import { auditRoutes } from "./audit/audit-routes.ts";
import { erasureRoutes } from "./accounts/erasure-routes.ts";
import { commandRoutes } from "./commands/command-routes.ts";
import { eventRoutes } from "./tags/event-routes.ts";
import { foundRoutes } from "./tags/finder-routes.ts";
import { geofenceRoutes } from "./geofences/geofence-routes.ts";
import { accountExportRoutes } from "./export/account-export-routes.ts";
import { tagExportRoutes } from "./export/tag-export-routes.ts";
import { lostRoutes } from "./lost/lost-routes.ts";
import { liveRoutes } from "./live/live-routes.ts";
import { historyRoutes } from "./locations/history-routes.ts";
import { locationRoutes } from "./locations/location-routes.ts";
import { operatorRoutes } from "./service/operator-routes.ts";
import { securityTextRoutes } from "./service/security-text-routes.ts";
import { serviceRoutes } from "./service/service-routes.ts";
import { shareRoutes } from "./sharing/share-routes.ts";
import { retentionRoutes } from "./retention/retention-routes.ts";
import { totalRoutes } from "./retention/total-routes.ts";
import { tagRoutes } from "./tags/tag-routes.ts";
import { transferRoutes } from "./sharing/transfer-routes.ts";

/** Longer than the three tries that a fault of the Vault has had by then. */
const VAULT_RETRY = { "Retry-After": "10" };

function answerToError(deps: Dependencies, error: Error, route: string): Response {
  const refused = problemAnswer(error) ?? hungUpAnswer(error);
  if (refused !== undefined) return refused;
  deps.logFailure(error, route);
  if (error instanceof MissingKeyError)
    return problemResponse(problem("unavailable", "A key that this needs is not there. Tell the operator."));
  if (error instanceof VaultError)
    return problemResponse(
      problem("unavailable", "The key store does not answer. Try again later."),
      VAULT_RETRY,
    );
  return internalErrorAnswer();
}

function addEdge(app: OpenAPIHono<Env>, deps: Dependencies): void {
  app.use(logAnswers(deps), checkHost(deps), limitAddress(deps));
  if (deps.origins.length > 0) app.use("/v1/*", allowOrigins(deps.origins));
  app.use("/v1/*", observeAnswers(deps), authorise(deps));
}

function addRoutes(app: OpenAPIHono<Env>, deps: Dependencies) {
  app.route("/v1/auth", accountRoutes(deps));
  app.route("/v1", erasureRoutes(deps));
  app.route("/v1", accountExportRoutes(deps));
  app.route("/", securityTextRoutes(deps));
  return app
    .route("/v1", serviceRoutes(deps))
    .route("/v1", tagRoutes(deps))
    .route("/v1", locationRoutes(deps))
    .route("/v1", historyRoutes(deps))
    .route("/v1", tagExportRoutes(deps))
    .route("/v1", eventRoutes(deps))
    .route("/v1", commandRoutes(deps))
    .route("/v1", lostRoutes(deps))
    .route("/v1", geofenceRoutes(deps))
    .route("/v1", shareRoutes(deps))
    .route("/v1", transferRoutes(deps))
    .route("/v1", alertRoutes(deps))
    .route("/v1", alertRuleRoutes(deps))
    .route("/v1", alertChannelRoutes(deps))
    .route("/v1", alertChannelActRoutes(deps))
    .route("/v1", muteRoutes(deps))
    .route("/v1", liveRoutes(deps))
    .route("/v1", foundRoutes(deps))
    .route("/v1", retentionRoutes(deps))
    .route("/v1", totalRoutes(deps))
    .route("/v1", operatorRoutes(deps))
    .route("/v1", auditRoutes(deps));
}

/** The whole API as one function from request to answer. */
export function createApp(deps: Dependencies) {
  const app = new OpenAPIHono<Env>({ defaultHook: onInvalid, router: new MethodRouter() });
  addEdge(app, deps);
  const routes = addRoutes(app, deps);
  const document = JSON.stringify(openApiDocument(app));
  app.get("/v1/openapi.json", (c) => c.body(document, 200, { "Content-Type": "application/json" }));
  const methodsOf = allowedMethods(app);
  app.notFound((c) => noRouteAnswer(methodsOf(c.req.path), "There is nothing at this path."));
  app.onError((error, c) => answerToError(deps, error, routeOf(c)));
  return routes;
}

/** For Hono's typed client. */
export type AppType = ReturnType<typeof createApp>;
