import type { OpenAPIHono } from "@hono/zod-openapi";
import { accountDataRoute } from "@purrimeter/auth-api/internal";
import type { AuthService } from "../auth-service.ts";
import type { AppEnvironment } from "../http/app-environment.ts";
import { guarded, type GuardParts } from "../http/guarded.ts";
import { confirmOwner, type ConfirmOwnerParts } from "../login/confirm-owner.ts";
import { readAccountData } from "./account-data.ts";

type Parts = GuardParts &
  ConfirmOwnerParts &
  Pick<
    AuthService,
    "accounts" | "audit" | "database" | "mailChanges" | "passkeys" | "personalTokens" | "sessions"
  >;

/** Adds what the account's archive needs of this service. It is recorded before anything is given. */
export function addAccountDataEndpoint(app: OpenAPIHono<AppEnvironment>, service: Parts): void {
  app.openapi(guarded(service, accountDataRoute), async (context) => {
    const { account, sid: session } = context.var.bearer;
    const { address: network } = context.var;
    const confirmation = await confirmOwner(service, context.var.bearer, context.req.valid("json"), network);
    if ("refusal" in confirmation) return confirmation.refusal;
    await service.audit.act(() => {
      service.audit.record({ event: "account.exported", account, session, network });
      return Promise.resolve();
    });
    return context.json({ parts: await readAccountData(service, account) }, 200);
  });
}
