import { OpenAPIHono } from "@hono/zod-openapi";
import { eraseAccountRoute } from "@purrimeter/auth-api/account";
import { allowedMethods } from "@purrimeter/service/allowed-methods";
import { errorCode } from "@purrimeter/service/log";
import { hungUpAnswer } from "@purrimeter/service/hung-up";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { internalErrorAnswer, noRouteAnswer, problemAnswer } from "@purrimeter/service/problem-answer";
import { RequestLog } from "@purrimeter/service/request-log";
import type { Context, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { AppEnvironment } from "./app-environment.ts";
import { addAccountEndpoint } from "../accounts/account-endpoint.ts";
import { addAuditEndpoint } from "../audit/audit-endpoint.ts";
import type { AuthService } from "../auth-service.ts";
import type { Bearer } from "../login/access-tokens.ts";
import { clientAddress } from "./client-address.ts";
import { knownCaller } from "./known-caller.ts";
import { problem } from "./problem.ts";
import { addAccountDataEndpoint } from "../export/account-data-endpoint.ts";
import { addErasureEndpoints } from "../erasure/erasure-endpoints.ts";
import { addTagCodeEndpoint } from "../roles/tag-code-endpoint.ts";
import { addPasskeyEndpoints } from "../passkeys/passkey-endpoints.ts";
import { addPersonalTokenEndpoints } from "../personal-tokens/personal-token-endpoints.ts";
import { addContactEndpoint } from "../mail/contact-endpoint.ts";
import { addChangeMailEndpoints } from "../mail/change-mail-endpoints.ts";
import { addNoticeEndpoint } from "../mail/notice-endpoint.ts";
import { addPreferencesEndpoint } from "../mail/preferences-endpoint.ts";
import { addMailEndpoints } from "../mail/mail-endpoints.ts";
import { addChangePasswordEndpoint } from "../password/change-password-endpoint.ts";
import { addResetPasswordEndpoints } from "../password/reset-password-endpoints.ts";
import { addSecondFactorEndpoints } from "../second-factor/second-factor-endpoints.ts";
import { addSessionEndpoints } from "../sessions/session-endpoints.ts";
import { addServiceEndpoints } from "../signing-keys/service-endpoints.ts";
import { addLinkEndpoints } from "../login/link-endpoints.ts";
import { addTokenEndpoints } from "../login/token-endpoints.ts";

const INFO = { openapi: "3.1.0", info: { title: "Purrimeter authentication", version: "1" } };

const BEARER = { type: "http", scheme: "bearer", bearerFormat: "JWT" } as const;

/** The endpoints, as one handler of requests. Whoever gives `requests` has it summarised. */
export function createApp(
  service: AuthService,
  monotonicMs: () => number,
  requests: RequestLog = new RequestLog(service.log, monotonicMs),
): OpenAPIHono<AppEnvironment> {
  const app = new OpenAPIHono<AppEnvironment>({ defaultHook: onInvalid });
  app.use(recordRequests(requests, monotonicMs));
  app.use(knownCaller);
  // Not on behalf of a client, which has an address.
  addContactEndpoint(app, service);
  app.on("POST", "*", clientAddress);
  app.on("DELETE", eraseAccountRoute.path, clientAddress);
  addTokenEndpoints(app, service);
  addLinkEndpoints(app, service);
  addServiceEndpoints(app, service);
  addSessionEndpoints(app, service);
  addSecondFactorEndpoints(app, service);
  addChangePasswordEndpoint(app, service);
  addResetPasswordEndpoints(app, service);
  addMailEndpoints(app, service);
  addNoticeEndpoint(app, service);
  addPreferencesEndpoint(app, service);
  addChangeMailEndpoints(app, service);
  addPersonalTokenEndpoints(app, service);
  addAccountEndpoint(app, service);
  addErasureEndpoints(app, service);
  addAccountDataEndpoint(app, service);
  addTagCodeEndpoint(app, service);
  addAuditEndpoint(app, service);
  addPasskeyEndpoints(app, service);
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", BEARER);
  app.get("/openapi.json", (context) => context.json(app.getOpenAPI31Document(INFO)));
  const methodsOf = allowedMethods(app);
  app.notFound((context) => noRouteAnswer(methodsOf(context.req.path), "There is nothing at this path."));
  app.onError(
    (error, context) =>
      problemAnswer(error) ??
      hungUpAnswer(error) ??
      goneAnswer(error, context) ??
      logAndAnswer(error, service),
  );
  return app;
}

/**
 * A row that would be an account's was refused because the account was deleted while the request was under way: every foreign
 * key of the database is an account's id. Undefined for all other errors.
 */
function goneAnswer(error: Error, context: Context<AppEnvironment>): Response | undefined {
  if (errorCode(error) !== "SQLITE_CONSTRAINT_FOREIGNKEY") return undefined;
  const hasSession = (context.var.bearer as Bearer | undefined) !== undefined;
  return hasSession
    ? problem("unauthenticated", "The account no longer exists.")
    : problem("wrong-credentials", "The account no longer exists.");
}

function logAndAnswer(error: Error, { log }: Pick<AuthService, "log">): Response {
  log.error("request failed", { event: "request.failed", code: errorCode(error), reason: error.name });
  return internalErrorAnswer();
}

function recordRequests(requests: RequestLog, monotonicMs: () => number): MiddlewareHandler {
  return async (context: Context, next) => {
    const beganMs = monotonicMs();
    await next();
    const durationMs = Math.round(monotonicMs() - beganMs);
    const route = routePath(context, -1);
    requests.record({ route, method: context.req.method, status: context.res.status, durationMs });
  };
}
