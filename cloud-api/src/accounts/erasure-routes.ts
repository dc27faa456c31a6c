import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { body, middleware, NOT_LOGGED_IN, SESSION_BODY_PROBLEMS } from "./account-answers.ts";
import { ownerProofSchema } from "./account-schemas.ts";
import { BEARER_SECURITY, problemAnswers } from "../edge/answers.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { authCall, bodyOf } from "./forward-to-auth.ts";
import type { AuthRoute } from "./forward-to-auth.ts";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { clearSessionCookies, isOwnPage } from "./session-cookies.ts";

const DESCRIPTION = `Deletes the account, its sessions, tokens and second factors, your tags' locations and events, your
geofences, and what you share and were shared. Your tags are nobody's then. After 204 nobody can
read any of it any more, also not from a backup, because your key is destroyed. It cannot be taken back.`;

const eraseAccountRoute = createRoute({
  method: "delete",
  path: "/account",
  operationId: "eraseAccount",
  summary: "Delete your account with all that it has",
  description: DESCRIPTION,
  tags: ["auth"],
  security: BEARER_SECURITY,
  middleware,
  request: body(ownerProofSchema),
  responses: {
    202: {
      description: "The account is closed; what could not be erased now is erased as soon as it can be.",
    },
    204: { description: "All is erased." },
    ...problemAnswers(...SESSION_BODY_PROBLEMS),
    401: NOT_LOGGED_IN,
  },
});

/** A body goes by POST to the authentication service. */
const CLOSE: AuthRoute = { ...eraseAccountRoute, method: "post", path: "/account/erase" };

/**
 * /v1/account. First the authentication service closes the account, then the store erases: whoever comes in between has no
 * token any more, and what breaks off in between is taken up again.
 */
export function erasureRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid }).openapi(eraseAccountRoute, async (c) => {
    bodyOf(await deps.auth.call(authCall(c, CLOSE)), CLOSE);
    if (isOwnPage(c)) clearSessionCookies(c);
    const outcome = await deps.erasures.erase(c.get("owner"));
    return outcome === "erased" ? c.body(null, 204) : c.body(null, 202);
  });
}
