import { OpenAPIHono } from "@hono/zod-openapi";
import { errorCode } from "@purrimeter/service/log";
import type { Context, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { AppEnvironment } from "./app-environment.ts";
import { addAuditEndpoint } from "../audit/audit-endpoint.ts";
import type { AuthService } from "../auth-service.ts";
import { clientAddress } from "./client-address.ts";
import { addErasureEndpoints } from "../erasure/erasure-endpoints.ts";
import { fieldErrors } from "./field-errors.ts";
import { addPasskeyEndpoints } from "../passkeys/passkey-endpoints.ts";
import { addPersonalTokenEndpoints } from "../personal-tokens/personal-token-endpoints.ts";
import { problem } from "./problem.ts";
import { readJsonBody } from "./read-json-body.ts";
import { addChangeMailEndpoints } from "../mail/change-mail-endpoints.ts";
import { addMailEndpoints } from "../mail/mail-endpoints.ts";
import { addChangePasswordEndpoint } from "../password/change-password-endpoint.ts";
import { addSecondFactorEndpoints } from "../second-factor/second-factor-endpoints.ts";
import { addSessionEndpoints } from "../sessions/session-endpoints.ts";
import { addServiceEndpoints } from "../signing-keys/service-endpoints.ts";
import { addTokenEndpoints } from "../login/token-endpoints.ts";

const INFO = { openapi: "3.1.0", info: { title: "Purrimeter authentication", version: "1" } };

const BEARER = { type: "http", scheme: "bearer", bearerFormat: "JWT" } as const;

/** For an API that no page is made of: nothing may be loaded, framed, guessed or kept. */
const HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "Strict-Transport-Security": "max-age=63072000",
  "X-Content-Type-Options": "nosniff",
} as const;

/** The endpoints, as one handler of requests. */
export function createApp(service: AuthService, monotonicMs: () => number): OpenAPIHono<AppEnvironment> {
  const app = new OpenAPIHono<AppEnvironment>({
    defaultHook: (result) =>
      result.success
        ? undefined
        : problem("invalid-request", "Some fields are not valid.", fieldErrors(result.error.issues)),
  });
  app.use(secureAnswers, logRequests(service, monotonicMs));
  app.on("POST", "*", clientAddress, readJsonBody);
  addTokenEndpoints(app, service);
  addServiceEndpoints(app, service);
  addSessionEndpoints(app, service);
  addSecondFactorEndpoints(app, service);
  addChangePasswordEndpoint(app, service);
  addMailEndpoints(app, service);
  addChangeMailEndpoints(app, service);
  addPersonalTokenEndpoints(app, service);
  addErasureEndpoints(app, service);
  addAuditEndpoint(app, service);
  addPasskeyEndpoints(app, service);
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", BEARER);
  app.get("/openapi.json", (context) => context.json(app.getOpenAPI31Document(INFO)));
  refuseOtherMethods(app);
  app.notFound(() => problem("not-found", "There is nothing at this path."));
  app.onError((error) => {
    service.log.error("request failed", {
      event: "request.failed",
      code: errorCode(error),
      reason: error.name,
    });
    return problem("internal-error", "The fault is ours and is in our log.");
  });
  return app;
}

const secureAnswers: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS))
    if (!context.res.headers.has(name)) context.header(name, value);
};

function logRequests({ log }: AuthService, monotonicMs: () => number): MiddlewareHandler {
  return async (context: Context, next) => {
    const beganMs = monotonicMs();
    await next();
    const durationMs = Math.round(monotonicMs() - beganMs);
    const { method } = context.req;
    log.info("request", {
      event: "request",
      route: routePath(context, -1),
      method,
      status: context.res.status,
      durationMs,
    });
  };
}

function refuseOtherMethods(app: OpenAPIHono<AppEnvironment>): void {
  const methodsOf = Map.groupBy(
    app.routes.filter(({ path, method }) => !path.includes("*") && method !== "ALL"),
    ({ path }) => path,
  );
  for (const [path, routes] of methodsOf) {
    const allow = [...new Set(routes.map(({ method }) => method))].join(", ");
    app.all(path, () => problem("method-not-allowed", "See Allow.", undefined, { allow }));
  }
}
