import type { RouteConfig } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { AuthService } from "../auth-service.ts";
import { requireBearer } from "../login/bearer.ts";
import type { AppEnvironment } from "./app-environment.ts";
import { readJsonBody } from "./read-json-body.ts";

/** What checks a session. */
export type GuardParts = Pick<AuthService, "sessions" | "tokens">;

type Guarded<Route> = Route & { readonly middleware: MiddlewareHandler<AppEnvironment>[] };

/** The route of the contract with what comes before its handler: the owner's session, and the body. */
export function guarded<Route extends RouteConfig>(parts: GuardParts, route: Route): Guarded<Route> {
  const middleware: MiddlewareHandler<AppEnvironment>[] = [];
  if (route.security !== undefined) middleware.push(requireBearer(parts));
  if (route.request?.body !== undefined) middleware.push(readJsonBody);
  return { ...route, middleware };
}
