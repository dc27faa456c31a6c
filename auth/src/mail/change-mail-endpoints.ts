import type { OpenAPIHono } from "@hono/zod-openapi";
import { changeMailRoute, confirmMailRoute } from "@purrimeter/auth-api/mail";
import type { AppEnvironment } from "../http/app-environment.ts";
import type { AuthService } from "../auth-service.ts";
import { guarded } from "../http/guarded.ts";
import type { GuardParts } from "../http/guarded.ts";
import { confirmOwner } from "../login/confirm-owner.ts";
import type { ConfirmOwnerParts } from "../login/confirm-owner.ts";
import { tooManyRequests } from "../http/problem.ts";
import { badLink } from "./bad-link.ts";
import { changeBinding } from "./link-bindings.ts";

type App = OpenAPIHono<AppEnvironment>;
type AskingParts = ConfirmOwnerParts & GuardParts & Pick<AuthService, "mail" | "mailChanges">;
type ConfirmingParts = GuardParts &
  Pick<AuthService, "accounts" | "audit" | "mail" | "mailChanges" | "purposeTokens" | "throttle">;

/** Adds changing one's mail address. */
export function addChangeMailEndpoints(app: App, service: AskingParts & ConfirmingParts): void {
  addAsking(app, service);
  addConfirming(app, service);
}

function addAsking(app: App, service: AskingParts): void {
  app.openapi(guarded(service, changeMailRoute), async (context) => {
    const { account: id } = context.var.bearer;
    const { email, ...proof } = context.req.valid("json");
    const confirmation = await confirmOwner(service, context.var.bearer, proof, context.var.address);
    if ("refusal" in confirmation) return confirmation.refusal;
    const retryAfterS = service.mail.change(confirmation.account, email);
    if (retryAfterS > 0) return tooManyRequests(retryAfterS);
    await service.audit.act(async () => {
      await service.mailChanges.ask(id, email);
      service.audit.record({ event: "mail.change-requested", account: id, network: context.var.address });
    });
    return context.body(null, 202);
  });
}

function addConfirming(app: App, service: ConfirmingParts): void {
  const { accounts, audit, mail, mailChanges, purposeTokens, throttle } = service;

  app.openapi(guarded(service, confirmMailRoute), async (context) => {
    const retryAfterS = throttle.address(context.var.address);
    if (retryAfterS > 0) return tooManyRequests(retryAfterS);
    const { token } = context.req.valid("json");
    const account = await accounts.findById(purposeTokens.accountOf(token));
    const wanted = account && (await mailChanges.wanted(account.id));
    const binding = wanted && changeBinding(account, accounts.throttleKey(wanted));
    if (!purposeTokens.check("change", token, binding ?? new Uint8Array()) || !account || !wanted)
      return badLink();
    const tellOldAddress = await mail.prepareChanged(account);
    const outcome = await audit.act(async () => {
      const finished = await mailChanges.finish(account.id, wanted);
      if (finished !== "taken")
        audit.record({ event: "mail.changed", account: account.id, network: context.var.address });
      return finished;
    });
    if (outcome === "taken") return badLink();
    tellOldAddress();
    return context.body(null, 204);
  });
}
