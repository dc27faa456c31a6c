import type { OpenAPIHono } from "@hono/zod-openapi";
import { tagCodeRoute } from "@purrimeter/auth-api/internal";
import type { AppEnvironment } from "../http/app-environment.ts";
import type { AuthService } from "../auth-service.ts";

/** Adds the question whether a tag may get a new claim code. */
export function addTagCodeEndpoint(
  app: OpenAPIHono<AppEnvironment>,
  { accounts, audit }: Pick<AuthService, "accounts" | "audit">,
): void {
  app.openapi(tagCodeRoute, async (context) => {
    const { owner, operator } = context.req.valid("json");
    const isLiving = owner !== null && (await accounts.findById(owner)) !== undefined;
    if (!isLiving) {
      audit.record({ event: "tag.code-renewed", account: operator });
      await audit.flush();
    }
    return context.json({ isLiving }, 200);
  });
}
