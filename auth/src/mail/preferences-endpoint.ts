import type { OpenAPIHono } from "@hono/zod-openapi";
import { preferencesRoute } from "@purrimeter/auth-api/internal";
import type { AuthService } from "../auth-service.ts";
import type { AppEnvironment } from "../http/app-environment.ts";

/** Adds noting how an account wants to be written to. Whether there is such an account is not answered. */
export function addPreferencesEndpoint(
  app: OpenAPIHono<AppEnvironment>,
  { accounts }: Pick<AuthService, "accounts">,
): void {
  app.openapi(preferencesRoute, async (context) => {
    const { account, ...preferences } = context.req.valid("json");
    await accounts.setPreferences(account, preferences);
    return context.body(null, 204);
  });
}
