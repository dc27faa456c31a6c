import type { OpenAPIHono } from "@hono/zod-openapi";
import { eraseAccountRoute } from "@purrimeter/auth-api/account";
import { endErasureRoute, listErasuresRoute } from "@purrimeter/auth-api/internal";
import type { AppEnvironment } from "../http/app-environment.ts";
import type { AuthService } from "../auth-service.ts";
import { guarded } from "../http/guarded.ts";
import type { GuardParts } from "../http/guarded.ts";
import { problem } from "../http/problem.ts";
import { confirmOwner } from "../login/confirm-owner.ts";
import type { ConfirmOwnerParts } from "../login/confirm-owner.ts";
import { setEndedSessions } from "../sessions/set-ended-sessions.ts";

type App = OpenAPIHono<AppEnvironment>;
type ListParts = Pick<AuthService, "audit" | "erasures">;
type ClosingParts = ListParts & ConfirmOwnerParts & GuardParts & Pick<AuthService, "mail">;

/** Adds closing one's account, and the list of what cloud-api has to erase after it. */
export function addErasureEndpoints(app: App, service: ClosingParts): void {
  addClosing(app, service);
  addList(app, service);
}

function addClosing(app: App, service: ClosingParts): void {
  app.openapi(guarded(service, eraseAccountRoute), async (context) => {
    const { account } = context.var.bearer;
    const { address: network } = context.var;
    const confirmation = await confirmOwner(service, context.var.bearer, context.req.valid("json"), network);
    if ("refusal" in confirmation) return confirmation.refusal;
    const tellOwner = await service.mail.prepareDeleted(confirmation.account);
    const ended = await service.audit.act(async () => {
      const begun = await service.erasures.begin(account);
      if (begun !== "gone") service.audit.record({ event: "account.closed", account, network });
      return begun;
    });
    if (ended === "gone") return problem("unauthenticated", "The account no longer exists.");
    setEndedSessions(context, ended);
    tellOwner();
    return context.body(null, 204);
  });
}

function addList(app: App, { audit, erasures }: ListParts): void {
  app.openapi(listErasuresRoute, async (context) =>
    context.json({ items: [...(await erasures.list())] }, 200),
  );

  app.openapi(endErasureRoute, async (context) => {
    const { account } = context.req.valid("param");
    await audit.act(async () => {
      if ((await erasures.done(account)) === "erased")
        audit.record({ event: "account.erased", account, actor: "" });
    });
    return context.body(null, 204);
  });
}
