import { OpenAPIHono } from "@hono/zod-openapi";
import { eraseAccountRoute } from "@purrimeter/auth-api/account";
import { onInvalid } from "@purrimeter/service/on-invalid";
import type { Dependencies, Env } from "../dependencies.ts";
import { ask, mount, passOn } from "./mount.ts";
import { clearSessionCookies, isOwnPage } from "./session-cookies.ts";

/**
 * /v1/account. First the authentication service closes the account, then the store erases: a request that comes between has no
 * valid token any more, and what breaks off between is taken up again.
 */
export function erasureRoutes(deps: Pick<Dependencies, "auth" | "erasures">): OpenAPIHono<Env> {
  const app = new OpenAPIHono<Env>({ defaultHook: onInvalid });
  mount(app, eraseAccountRoute, async (context) => {
    const answer = await ask(deps.auth, context, eraseAccountRoute);
    if (answer.status >= 400) return passOn(context, answer);
    if (isOwnPage(context)) clearSessionCookies(context);
    const outcome = await deps.erasures.erase(context.get("owner"));
    return context.body(null, outcome === "erased" ? 204 : 202);
  });
  return app;
}
