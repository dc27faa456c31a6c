import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnvironment } from "../http/app-environment.ts";
import type { AuthService } from "../auth-service.ts";
import { beginSession } from "../login/begin-session.ts";
import { requireBearer } from "../login/bearer.ts";
import { confirmOwner } from "../login/confirm-owner.ts";
import { finishLogin } from "../login/finish-login.ts";
import { invalidField, problem, tooManyRequests } from "../http/problem.ts";
import {
  beginTotpRoute,
  confirmTotpRoute,
  listFactorsRoute,
  recoveryCodesRoute,
  removeTotpRoute,
  secondFactorRoute,
} from "./second-factor-routes.ts";
import { totpUri } from "./totp.ts";

type App = OpenAPIHono<AppEnvironment>;

/** Adds the second step of a login and the owner's second factors. */
export function addSecondFactorEndpoints(app: App, service: AuthService): void {
  addSecondStep(app, service);
  addList(app, service);
  addEnrolment(app, service);
  addRemoval(app, service);
  addRecoveryCodes(app, service);
}

function addSecondStep(app: App, service: AuthService): void {
  app.openapi(secondFactorRoute, async (context) => {
    const { challenge, code, device } = context.req.valid("json");
    const outcome = await finishLogin(service, { challenge, proof: { code }, address: context.var.address });
    switch (outcome.kind) {
      case "accepted":
        return context.json(await beginSession(context, service, outcome.account, device), 200);
      case "throttled":
        return tooManyRequests(outcome.retryAfterS);
      case "refused":
        return problem(
          "wrong-credentials",
          "The code is wrong or was used, or the login began too long ago.",
        );
    }
  });
}

function addList(app: App, service: AuthService): void {
  app.openapi({ ...listFactorsRoute, middleware: requireBearer(service) }, async (context) => {
    const { account } = context.var.bearer;
    const totp = await service.secondFactors.hasTotp(account);
    return context.json(
      { totp, recoveryCodesLeft: await service.secondFactors.recoveryCodesLeft(account) },
      200,
    );
  });
}

function addEnrolment(app: App, service: AuthService): void {
  const { accounts, audit, secondFactors, throttle } = service;

  app.openapi({ ...beginTotpRoute, middleware: requireBearer(service) }, async (context) => {
    const { account } = context.var.bearer;
    const proof = context.req.valid("json");
    const confirmation = await confirmOwner(service, account, proof, context.var.address);
    if ("refusal" in confirmation) return confirmation.refusal;
    const begun = await secondFactors.beginTotp(account);
    if (begun === undefined) return problem("conflict", "An authenticator app is in use; remove it first.");
    return context.json({ secret: begun, uri: totpUri(begun, (await accounts.mailOf(account)) ?? "") }, 201);
  });

  app.openapi({ ...confirmTotpRoute, middleware: requireBearer(service) }, async (context) => {
    const { account } = context.var.bearer;
    const retryAfterS = throttle.secondFactor(account);
    if (retryAfterS > 0) return tooManyRequests(retryAfterS);
    const recoveryCodes = await secondFactors.confirmTotp(account, context.req.valid("json").code);
    if (recoveryCodes === "wrong")
      return invalidField({ field: "code", message: "This is not the app's code now." });
    throttle.secondFactorRight(account);
    audit.record({ event: "second-factor.added", account });
    return context.json({ recoveryCodes: [...recoveryCodes] }, 200);
  });
}

function addRemoval(app: App, service: AuthService): void {
  app.openapi({ ...removeTotpRoute, middleware: requireBearer(service) }, async (context) => {
    const { account: id } = context.var.bearer;
    const proof = context.req.valid("json");
    const confirmation = await confirmOwner(service, id, proof, context.var.address);
    if ("refusal" in confirmation) return confirmation.refusal;
    const outcome = await service.secondFactors.removeTotp(confirmation.account);
    if (outcome === "needed")
      return problem("conflict", "The password is too short to be the only factor; set a longer one first.");
    if (outcome === "not-found") return problem("not-found", "There is no authenticator app.");
    service.audit.record({ event: "second-factor.removed", account: id });
    return context.body(null, 204);
  });
}

function addRecoveryCodes(app: App, service: AuthService): void {
  app.openapi({ ...recoveryCodesRoute, middleware: requireBearer(service) }, async (context) => {
    const { account } = context.var.bearer;
    const proof = context.req.valid("json");
    const confirmation = await confirmOwner(service, account, proof, context.var.address);
    if ("refusal" in confirmation) return confirmation.refusal;
    if (!(await service.secondFactors.isRequired(account)))
      return problem("conflict", "Recovery codes stand in for an authenticator app; set one up first.");
    const recoveryCodes = await service.secondFactors.makeRecoveryCodes(account);
    service.audit.record({ event: "recovery-codes.made", account });
    return context.json({ recoveryCodes: [...recoveryCodes] }, 200);
  });
}
