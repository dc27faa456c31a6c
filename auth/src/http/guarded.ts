import type { RouteConfig } from "@hono/zod-openapi";
import { MAX_BODY_BYTES, MAX_BODY_DEPTH } from "@purrimeter/auth-api/limits";
import { readJsonBody } from "@purrimeter/service/read-json-body";
import type { MiddlewareHandler } from "hono";
import type { AuthService } from "../auth-service.ts";
import { requireBearer } from "../login/bearer.ts";
import type { AppEnvironment } from "./app-environment.ts";

const BODY = { maxBytes: MAX_BODY_BYTES, maxDepth: MAX_BODY_DEPTH };

/** What checks a session. */
export type GuardParts = Pick<AuthService, "sessions" | "tokens">;

type Guarded<Route> = Route & { readonly middleware: MiddlewareHandler<AppEnvironment>[] };

/** The route of the contract with what comes before its handler: the owner's session, and the body. */
export function guarded<Route extends RouteConfig>(parts: GuardParts, route: Route): Guarded<Route> {
  const middleware: MiddlewareHandler<AppEnvironment>[] = [];
  if (route.security !== undefined) middleware.push(requireBearer(parts));
  if (route.request?.body !== undefined) middleware.push(readJsonBody(BODY));
  return { ...route, middleware };
}
