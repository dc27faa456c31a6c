import type { OpenAPIHono } from "@hono/zod-openapi";
import { secondStepRoute } from "@purrimeter/auth-api/login";
import {
  beginTotpRoute,
  confirmTotpRoute,
  listFactorsRoute,
  recoveryCodesRoute,
  removeTotpRoute,
} from "@purrimeter/auth-api/second-factors";
import type { AppEnvironment } from "../http/app-environment.ts";
import type { AuthService } from "../auth-service.ts";
import { beginSession } from "../login/begin-session.ts";
import type { SessionParts } from "../login/begin-session.ts";
import { guarded, guardedVerified } from "../http/guarded.ts";
import type { GuardParts } from "../http/guarded.ts";
import { confirmOwner } from "../login/confirm-owner.ts";
import type { ConfirmOwnerParts } from "../login/confirm-owner.ts";
import { finishLogin } from "../login/finish-login.ts";
import type { FinishLoginParts } from "../login/finish-login.ts";
import { sentMark } from "../http/device-mark.ts";
import { invalidField, problem, tooManyRequests } from "../http/problem.ts";
import { recordRemovedFactor } from "./record-removed-factor.ts";
import { totpUri } from "./totp.ts";

type App = OpenAPIHono<AppEnvironment>;
type OwnerParts = ConfirmOwnerParts & GuardParts;
type StepParts = FinishLoginParts & SessionParts;

/** Adds the second step of a login and the owner's second factors. */
export function addSecondFactorEndpoints(app: App, service: OwnerParts & StepParts): void {
  addSecondStep(app, service);
  addList(app, service);
  addEnrolment(app, service);
  addRemoval(app, service);
  addRecoveryCodes(app, service);
}

function addSecondStep(app: App, service: StepParts): void {
  app.openapi(guarded(service, secondStepRoute), async (context) => {
    const { challenge, code, device } = context.req.valid("json");
    const { address } = context.var;
    const step = { challenge, proof: { code }, address, mark: sentMark(context) };
    const outcome = await finishLogin(service, step);
    switch (outcome.kind) {
      case "accepted":
        return context.json(await beginSession(context, service, outcome.account, device), 200);
      case "throttled":
        return tooManyRequests(outcome.retryAfterS);
      case "refused":
        return problem(
          "wrong-credentials",
          "The code is wrong or was already used, or the login has expired.",
        );
    }
  });
}

function addList(app: App, service: GuardParts & Pick<AuthService, "secondFactors">): void {
  app.openapi(guarded(service, listFactorsRoute), async (context) => {
    const { account } = context.var.bearer;
    const totp = await service.secondFactors.hasTotp(account);
    return context.json(
      { totp, recoveryCodesLeft: await service.secondFactors.recoveryCodesLeft(account) },
      200,
    );
  });
}

function addEnrolment(app: App, service: OwnerParts): void {
  const { accounts, audit, secondFactors, throttle } = service;

  app.openapi(guardedVerified(service, beginTotpRoute), async (context) => {
    const { account } = context.var.bearer;
    const proof = context.req.valid("json");
    const confirmation = await confirmOwner(service, context.var.bearer, proof, context.var.address);
    if ("refusal" in confirmation) return confirmation.refusal;
    const begun = await secondFactors.beginTotp(account);
    if (begun === undefined) return problem("conflict", "An authenticator app is in use; remove it first.");
    return context.json({ secret: begun, uri: totpUri(begun, (await accounts.mailOf(account)) ?? "") }, 201);
  });

  app.openapi(guardedVerified(service, confirmTotpRoute), async (context) => {
    const { account, sid: session } = context.var.bearer;
    const retryAfterS = throttle.secondFactor({ account, session });
    if (retryAfterS > 0) return tooManyRequests(retryAfterS);
    const recoveryCodes = await audit.act(async () => {
      const confirmed = await secondFactors.confirmTotp(account, context.req.valid("json").code);
      if (confirmed !== "wrong") audit.record({ event: "second-factor.added", account });
      return confirmed;
    });
    if (recoveryCodes === "wrong")
      return invalidField({ field: "code", message: "The code is wrong or has expired." });
    throttle.secondFactorRight({ account, session });
    return context.json({ recoveryCodes: [...recoveryCodes] }, 200);
  });
}

function addRemoval(app: App, service: OwnerParts): void {
  app.openapi(guarded(service, removeTotpRoute), async (context) => {
    const { account: id } = context.var.bearer;
    const proof = context.req.valid("json");
    const confirmation = await confirmOwner(service, context.var.bearer, proof, context.var.address);
    if ("refusal" in confirmation) return confirmation.refusal;
    const outcome = await service.audit.act(async () => {
      const removed = await service.secondFactors.removeTotp(confirmation.account);
      if (removed === "removed") await recordRemovedFactor(service, id);
      return removed;
    });
    if (outcome === "needed")
      return problem("conflict", "The password is too short to be the only factor; set a longer one first.");
    if (outcome === "not-found") return problem("not-found", "There is no authenticator app.");
    return context.body(null, 204);
  });
}

function addRecoveryCodes(app: App, service: OwnerParts): void {
  app.openapi(guarded(service, recoveryCodesRoute), async (context) => {
    const { account } = context.var.bearer;
    const proof = context.req.valid("json");
    const confirmation = await confirmOwner(service, context.var.bearer, proof, context.var.address);
    if ("refusal" in confirmation) return confirmation.refusal;
    if (!(await service.secondFactors.isRequired(account)))
      return problem(
        "conflict",
        "The account has no second factor that recovery codes could replace; set one up first.",
      );
    const recoveryCodes = await service.audit.act(() => {
      service.audit.record({ event: "recovery-codes.made", account });
      return service.secondFactors.makeRecoveryCodes(account);
    });
    return context.json({ recoveryCodes: [...recoveryCodes] }, 200);
  });
}
