import type { OpenAPIHono } from "@hono/zod-openapi";
import { changePasswordRoute } from "@purrimeter/auth-api/password";
import type { AppEnvironment } from "../http/app-environment.ts";
import type { AuthService } from "../auth-service.ts";
import { sentMark } from "../http/device-mark.ts";
import { guarded } from "../http/guarded.ts";
import { confirmOwner } from "../login/confirm-owner.ts";
import type { ConfirmOwnerParts } from "../login/confirm-owner.ts";
import { setEndedSessions } from "../sessions/set-ended-sessions.ts";
import { hashPassword, refusePassword } from "./set-password.ts";

type Parts = ConfirmOwnerParts & Pick<AuthService, "devices" | "personalTokens" | "sessions" | "tokens">;

/** Adds changing one's password. */
export function addChangePasswordEndpoint(app: OpenAPIHono<AppEnvironment>, service: Parts): void {
  app.openapi(guarded(service, changePasswordRoute), async (context) => {
    const { bearer, address: network } = context.var;
    const { newPassword, endSessions, endPersonalTokens, ...proof } = context.req.valid("json");
    // The code is used up when it is right, so the new password is judged before.
    const weak = await refusePassword(service, bearer.account, newPassword);
    if (weak) return weak;
    const confirmation = await confirmOwner(service, bearer, proof, network);
    if ("refusal" in confirmation) return confirmation.refusal;
    const place = { key: `session ${bearer.sid}`, isFamiliar: true };
    const hashed = await hashPassword(service, newPassword, place);
    if ("refusal" in hashed) return hashed.refusal;
    const ended = await service.audit.act(async () => {
      await hashed.store(bearer.account);
      const sessions = endSessions ? await endOthers(service, bearer, sentMark(context)) : [];
      const tokens = endPersonalTokens ? await service.personalTokens.end(bearer.account) : [];
      service.audit.record({ event: "password.changed", account: bearer.account, network });
      return [...sessions, ...tokens];
    });
    setEndedSessions(context, ended);
    return context.body(null, 204);
  });
}

/** Whoever had the old password: neither sessions nor familiar devices are left to him. */
async function endOthers(
  { devices, sessions }: Pick<AuthService, "devices" | "sessions">,
  { account, sid }: { readonly account: string; readonly sid: string },
  mark: string | undefined,
): Promise<readonly string[]> {
  await devices.forget(account, mark);
  return sessions.endAll(account, sid);
}
