import type { OpenAPIHono } from "@hono/zod-openapi";
import { contactRoute } from "@purrimeter/auth-api/internal";
import type { AuthService } from "../auth-service.ts";
import type { AppEnvironment } from "../http/app-environment.ts";

/** Adds telling where alerts of an account go. An address that nobody has verified is not told: it may be a stranger's. */
export function addContactEndpoint(
  app: OpenAPIHono<AppEnvironment>,
  { accounts }: Pick<AuthService, "accounts">,
): void {
  app.openapi(contactRoute, async (context) => {
    const { account: id } = context.req.valid("json");
    const account = await accounts.findById(id);
    const address = account?.isMailVerified === true ? await accounts.mailOf(id) : undefined;
    return context.json({ address: address ?? null }, 200);
  });
}
