import type { OpenAPIHono } from "@hono/zod-openapi";
import { noticeRoute } from "@purrimeter/auth-api/internal";
import type { AuthService } from "../auth-service.ts";
import type { AppEnvironment } from "../http/app-environment.ts";

/** Adds telling an owner what happened to a tag. Whether there is such an owner is not answered. */
export function addNoticeEndpoint(
  app: OpenAPIHono<AppEnvironment>,
  { mail }: Pick<AuthService, "mail">,
): void {
  app.openapi(noticeRoute, (context) => {
    mail.ownerNotice(context.req.valid("json"));
    return context.body(null, 204);
  });
}
