import type { OpenAPIHono } from "@hono/zod-openapi";
import { sendVerificationRoute, verifyMailRoute } from "@purrimeter/auth-api/mail";
import type { AuthService } from "../auth-service.ts";
import type { AppEnvironment } from "../http/app-environment.ts";
import { sentMark, setMark } from "../http/device-mark.ts";
import { guarded } from "../http/guarded.ts";
import type { GuardParts } from "../http/guarded.ts";
import { tooManyRequests } from "../http/problem.ts";
import { badLink } from "./bad-link.ts";
import { verifyBinding } from "./link-bindings.ts";

type Parts = GuardParts &
  Pick<AuthService, "accounts" | "audit" | "devices" | "mail" | "now" | "purposeTokens" | "throttle">;

/** Adds verifying one's mail address. */
export function addMailEndpoints(app: OpenAPIHono<AppEnvironment>, service: Parts): void {
  const { accounts, audit, mail, purposeTokens, throttle } = service;

  app.openapi(guarded(service, sendVerificationRoute), (context) => {
    const retryAfterS = mail.verification(context.var.bearer.account);
    return retryAfterS > 0 ? tooManyRequests(retryAfterS) : context.body(null, 202);
  });

  app.openapi(guarded(service, verifyMailRoute), async (context) => {
    const retryAfterS = throttle.address(context.var.address);
    if (retryAfterS > 0) return tooManyRequests(retryAfterS);
    const { token } = context.req.valid("json");
    const account = await accounts.findById(purposeTokens.accountOf(token));
    const binding = account ? verifyBinding(account) : new Uint8Array();
    if (!purposeTokens.check("mail", token, binding) || !account) return badLink();
    await audit.act(async () => {
      await accounts.markMailVerified(account.id, service.now());
      audit.record({ event: "mail.verified", account: account.id });
    });
    setMark(context, await service.devices.remember(account.id, sentMark(context)));
    return context.body(null, 204);
  });
}
