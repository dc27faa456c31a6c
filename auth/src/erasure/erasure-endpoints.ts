import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnvironment } from "../http/app-environment.ts";
import type { AuthService } from "../auth-service.ts";
import { requireBearer } from "../login/bearer.ts";
import { confirmOwner } from "../login/confirm-owner.ts";
import { setEndedSessions } from "../sessions/set-ended-sessions.ts";
import { endErasureRoute, eraseAccountRoute, listErasuresRoute } from "./erasure-routes.ts";

type App = OpenAPIHono<AppEnvironment>;

/** Adds closing one's account, and what the gateway asks to erase the rest. */
export function addErasureEndpoints(app: App, service: AuthService): void {
  addErasing(app, service);
  addErasureListing(app, service);
}

function addErasing(app: App, service: AuthService): void {
  app.openapi({ ...eraseAccountRoute, middleware: requireBearer(service) }, async (context) => {
    const { account } = context.var.bearer;
    const { address: network } = context.var;
    const confirmation = await confirmOwner(service, account, context.req.valid("json"), network);
    if ("refusal" in confirmation) return confirmation.refusal;
    const sendClosingMail = await service.mail.sendClosingMail(confirmation.account);
    setEndedSessions(context, await service.erasures.begin(account));
    sendClosingMail();
    service.audit.record({ event: "account.closed", account, network });
    await service.audit.flush();
    return context.body(null, 204);
  });
}

function addErasureListing(app: App, { audit, erasures }: AuthService): void {
  app.openapi(listErasuresRoute, async (context) =>
    context.json({ items: [...(await erasures.list())] }, 200),
  );

  app.openapi(endErasureRoute, async (context) => {
    const { account } = context.req.valid("param");
    if ((await erasures.done(account)) === "erased") audit.record({ event: "account.erased", account });
    return context.body(null, 204);
  });
}
