import type { OpenAPIHono } from "@hono/zod-openapi";
import { changePasswordRoute } from "@purrimeter/auth-api/password";
import type { AppEnvironment } from "../http/app-environment.ts";
import type { AuthService } from "../auth-service.ts";
import { guarded } from "../http/guarded.ts";
import { confirmPassword } from "../login/confirm-password.ts";
import type { ConfirmPasswordParts } from "../login/confirm-password.ts";
import { setEndedSessions } from "../sessions/set-ended-sessions.ts";
import { refusePassword, setPassword } from "./set-password.ts";

type Parts = ConfirmPasswordParts & Pick<AuthService, "secondFactors" | "sessions" | "tokens">;

/** Adds changing one's password. */
export function addChangePasswordEndpoint(app: OpenAPIHono<AppEnvironment>, service: Parts): void {
  app.openapi(guarded(service, changePasswordRoute), async (context) => {
    const { account, sid } = context.var.bearer;
    const { password, newPassword } = context.req.valid("json");
    const confirmation = await confirmPassword(service, account, password, context.var.address);
    if ("refusal" in confirmation) return confirmation.refusal;
    const refusal =
      (await refusePassword(service, account, newPassword)) ??
      (await setPassword(service, account, newPassword));
    if (refusal) return refusal;
    setEndedSessions(context, await service.sessions.endAll(account, sid));
    service.audit.record({ event: "password.changed", account, network: context.var.address });
    return context.body(null, 204);
  });
}
