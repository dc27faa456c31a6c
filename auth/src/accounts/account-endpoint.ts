import type { OpenAPIHono } from "@hono/zod-openapi";
import { accountRoute } from "@purrimeter/auth-api/account";
import type { AuthService } from "../auth-service.ts";
import type { AppEnvironment } from "../http/app-environment.ts";
import { guarded } from "../http/guarded.ts";
import { problem } from "../http/problem.ts";

type Parts = Pick<AuthService, "accounts" | "sessions" | "tokens">;

/** Adds looking at one's account. */
export function addAccountEndpoint(app: OpenAPIHono<AppEnvironment>, service: Parts): void {
  app.openapi(guarded(service, accountRoute), async (context) => {
    const { account: id } = context.var.bearer;
    const account = await service.accounts.findById(id);
    const email = await service.accounts.mailOf(id);
    if (!account || email === undefined) return problem("unauthenticated", "The account no longer exists.");
    return context.json({ id, email, mailVerified: account.isMailVerified, roles: [...account.roles] }, 200);
  });
}
