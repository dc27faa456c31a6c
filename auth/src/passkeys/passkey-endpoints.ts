import type { OpenAPIHono } from "@hono/zod-openapi";
import {
  beginPasskeyRoute,
  listPasskeysRoute,
  makePasskeyRoute,
  passkeyLoginOptionsRoute,
  passkeyLoginRoute,
  removePasskeyRoute,
} from "@purrimeter/auth-api/passkeys";
import type { AppEnvironment } from "../http/app-environment.ts";
import type { AuthService } from "../auth-service.ts";
import { beginSession } from "../login/begin-session.ts";
import type { SessionParts } from "../login/begin-session.ts";
import { guarded, guardedVerified } from "../http/guarded.ts";
import type { GuardParts } from "../http/guarded.ts";
import { confirmOwner } from "../login/confirm-owner.ts";
import type { ConfirmOwnerParts } from "../login/confirm-owner.ts";
import { finishLogin, loginOfChallenge } from "../login/finish-login.ts";
import type { FinishLoginParts } from "../login/finish-login.ts";
import { recordRemovedFactor } from "../second-factor/record-removed-factor.ts";
import { sentMark } from "../http/device-mark.ts";
import { isoTime } from "../http/iso-time.ts";
import { invalidField, problem, tooManyRequests } from "../http/problem.ts";
import { asAssertion, asAttestation } from "./browser-answers.ts";
import { MAX_PASSKEYS } from "./passkeys.ts";

type App = OpenAPIHono<AppEnvironment>;
type MakingParts = ConfirmOwnerParts & GuardParts;
type LoginParts = FinishLoginParts & SessionParts;

/** Adds making, listing, removing and using passkeys. */
export function addPasskeyEndpoints(app: App, service: MakingParts & LoginParts): void {
  addMaking(app, service);
  addListing(app, service);
  addRemoval(app, service);
  addLogin(app, service);
}

function addMaking(app: App, service: MakingParts): void {
  const { accounts, audit, passkeys, secondFactors } = service;

  app.openapi(guardedVerified(service, beginPasskeyRoute), async (context) => {
    const { account } = context.var.bearer;
    const proof = context.req.valid("json");
    const confirmation = await confirmOwner(service, context.var.bearer, proof, context.var.address);
    if ("refusal" in confirmation) return confirmation.refusal;
    const options = await passkeys.beginRegistration(account, (await accounts.mailOf(account)) ?? "");
    if (!options) return problem("conflict", `An account has at most ${MAX_PASSKEYS} passkeys.`);
    return context.json({ options: asJson(options) }, 200);
  });

  app.openapi(guardedVerified(service, makePasskeyRoute), async (context) => {
    const { account } = context.var.bearer;
    const { name, response } = context.req.valid("json");
    const isFirst = !(await secondFactors.isRequired(account));
    const recoveryCodes = await audit.act(async () => {
      const outcome = await passkeys.finishRegistration(account, name, asAttestation(response));
      if (outcome === "wrong") return outcome;
      audit.record({ event: "second-factor.added", account });
      return isFirst ? [...(await secondFactors.makeRecoveryCodes(account))] : [];
    });
    if (recoveryCodes === "wrong")
      return invalidField({
        field: "response",
        message: "The response does not match the challenge. Start again.",
      });
    return context.json({ id: response.id, recoveryCodes }, 201);
  });
}

function addListing(app: App, service: GuardParts & Pick<AuthService, "passkeys">): void {
  app.openapi(guarded(service, listPasskeysRoute), async (context) => {
    const listed = await service.passkeys.list(context.var.bearer.account);
    const items = listed.map(({ id, name, createdAt, usedAt }) => ({
      ...{ id, name, createdAt: isoTime(createdAt) },
      usedAt: usedAt === 0 ? null : isoTime(usedAt),
    }));
    return context.json({ items }, 200);
  });
}

function addRemoval(app: App, service: MakingParts): void {
  app.openapi(guarded(service, removePasskeyRoute), async (context) => {
    const { account } = context.var.bearer;
    const proof = context.req.valid("json");
    const confirmation = await confirmOwner(service, context.var.bearer, proof, context.var.address);
    if ("refusal" in confirmation) return confirmation.refusal;
    const outcome = await service.audit.act(async () => {
      const { id } = context.req.valid("param");
      const removed = await service.secondFactors.removePasskey(confirmation.account, id);
      if (removed === "removed") await recordRemovedFactor(service, account);
      return removed;
    });
    if (outcome === "needed")
      return problem("conflict", "The password is too short to be the only factor; set a longer one first.");
    if (outcome === "not-found") return problem("not-found", "There is no such passkey, or it is not yours.");
    return context.body(null, 204);
  });
}

function addLogin(app: App, service: LoginParts): void {
  app.openapi(guarded(service, passkeyLoginOptionsRoute), async (context) => {
    const begun = await loginOfChallenge(service, context.req.valid("json").challenge);
    const options = begun && (await service.passkeys.beginLogin(begun.account.id));
    if (!options)
      return problem("wrong-credentials", "The login has expired, or the account has no passkey.");
    return context.json({ options: asJson(options) }, 200);
  });

  app.openapi(guarded(service, passkeyLoginRoute), async (context) => {
    const { challenge, response, device } = context.req.valid("json");
    const proof = { passkey: asAssertion(response) };
    const { address } = context.var;
    const outcome = await finishLogin(service, { challenge, proof, address, mark: sentMark(context) });
    switch (outcome.kind) {
      case "accepted":
        return context.json(await beginSession(context, service, outcome.account, device), 200);
      case "throttled":
        return tooManyRequests(outcome.retryAfterS);
      case "refused":
        return problem("wrong-credentials", "The passkey was not accepted. Start again.");
    }
  });
}

/** The library's options are plain JSON, which their types do not say. */
function asJson(options: object): Record<string, never> {
  return options as Record<string, never>;
}
