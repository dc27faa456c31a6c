import type { OpenAPIHono } from "@hono/zod-openapi";
import { sql } from "kysely";
import { endedSessionsRoute, healthRoute, keysRoute } from "@purrimeter/auth-api/internal";
import type { AppEnvironment } from "../http/app-environment.ts";
import type { AuthService } from "../auth-service.ts";
import { JWKS_MAX_AGE_S } from "./rotate-signing-key.ts";

/** Adds what cloud-api asks for itself: keys, ended sessions, health. */
export function addServiceEndpoints(
  app: OpenAPIHono<AppEnvironment>,
  service: Pick<AuthService, "database" | "endings" | "tokens">,
): void {
  app.openapi(keysRoute, (context) => {
    context.header("Cache-Control", `max-age=${JWKS_MAX_AGE_S}`);
    return context.json(service.tokens.jwks as never, 200);
  });

  app.openapi(endedSessionsRoute, async (context) => {
    const { after, waitS } = context.req.valid("query");
    const { items, next, reset } = await service.endings.after(after, waitS * 1_000);
    return context.json({ items, next, reset }, 200);
  });

  app.openapi(healthRoute, async (context) => {
    await sql`select 1`.execute(service.database);
    return context.json({ status: "ok" as const }, 200);
  });
}
