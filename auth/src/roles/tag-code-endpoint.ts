import type { OpenAPIHono } from "@hono/zod-openapi";
import { tagCodeRoute } from "@purrimeter/auth-api/internal";
import type { AppEnvironment } from "../http/app-environment.ts";
import { problem } from "../http/problem.ts";
import type { AuthService } from "../auth-service.ts";

/** Adds the question whether a tag may get a new claim code. */
export function addTagCodeEndpoint(
  app: OpenAPIHono<AppEnvironment>,
  { accounts, audit }: Pick<AuthService, "accounts" | "audit">,
): void {
  app.openapi(tagCodeRoute, async (context) => {
    const { tag, owner, operator } = context.req.valid("json");
    const isLiving = owner !== null && (await accounts.findById(owner)) !== undefined;
    if (!isLiving) {
      audit.record({ event: "tag.code-renewed", account: operator, session: tag });
      if (!(await audit.flush())) return problem("unavailable", "The audit trail cannot be written.");
    }
    return context.json({ isLiving }, 200);
  });
}
