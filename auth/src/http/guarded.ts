import type { RouteConfig } from "@hono/zod-openapi";
import { MAX_BODY_BYTES, MAX_BODY_DEPTH } from "@purrimeter/auth-api/limits";
import { readJsonBody } from "@purrimeter/service/read-json-body";
import type { MiddlewareHandler } from "hono";
import type { AuthService } from "../auth-service.ts";
import { requireBearer } from "../login/bearer.ts";
import type { AppEnvironment } from "./app-environment.ts";
import { problem } from "./problem.ts";

const BODY = { maxBytes: MAX_BODY_BYTES, maxDepth: MAX_BODY_DEPTH };

/** What checks a session. */
export type GuardParts = Pick<AuthService, "sessions" | "tokens">;

/** What checks a session and the account's address. */
export type VerifiedGuardParts = GuardParts & Pick<AuthService, "accounts">;

type Guarded<Route> = Route & { readonly middleware: MiddlewareHandler<AppEnvironment>[] };

/** The route of the contract with what comes before its handler: the owner's session, and the body. */
export function guarded<Route extends RouteConfig>(
  parts: GuardParts,
  route: Route,
  ...more: readonly MiddlewareHandler<AppEnvironment>[]
): Guarded<Route> {
  const middleware: MiddlewareHandler<AppEnvironment>[] = [];
  if (route.security !== undefined) middleware.push(requireBearer(parts));
  middleware.push(...more);
  if (route.request?.body !== undefined) middleware.push(readJsonBody(BODY));
  return { ...route, middleware };
}

/** As `guarded`, for what an account may have only once its mail address is verified. */
export function guardedVerified<Route extends RouteConfig>(
  parts: VerifiedGuardParts,
  route: Route,
): Guarded<Route> {
  return guarded(parts, route, requireVerified(parts));
}

/**
 * Refuses an account whose address nobody has shown to read: who took somebody else's address could otherwise keep its
 * reader out with a second factor.
 */
function requireVerified({ accounts }: Pick<AuthService, "accounts">): MiddlewareHandler<AppEnvironment> {
  return async (context, next) => {
    const account = await accounts.findById(context.var.bearer.account);
    if (account && !account.isMailVerified)
      return problem(
        "mail-not-verified",
        "Open the link in the verification mail first; POST /v1/auth/mail/verification sends another.",
      );
    return next();
  };
}
