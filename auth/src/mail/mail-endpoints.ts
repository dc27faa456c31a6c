import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Account } from "../accounts/accounts.ts";
import type { AppEnvironment } from "../http/app-environment.ts";
import type { AuthService } from "../auth-service.ts";
import { requireBearer } from "../login/bearer.ts";
import { refusePassword, setPassword } from "../password/set-password.ts";
import { problem, tooManyRequests } from "../http/problem.ts";
import type { Problem } from "../http/problem.ts";
import { checkSecondFactor } from "../second-factor/check-second-factor.ts";
import { setEndedSessions } from "../sessions/set-ended-sessions.ts";
import { badLink } from "./bad-link.ts";
import { resetBinding, verifyBinding } from "./link-bindings.ts";
import {
  accountRoute,
  requestResetRoute,
  resetPasswordRoute,
  sendVerificationRoute,
  verifyMailRoute,
} from "./mail-routes.ts";

type App = OpenAPIHono<AppEnvironment>;

/** Adds verifying one's mail address, resetting a password through it, and looking at one's account. */
export function addMailEndpoints(app: App, service: AuthService): void {
  addVerification(app, service);
  addReset(app, service);
  addAccount(app, service);
}

function addVerification(app: App, service: AuthService): void {
  const { accounts, audit, mail, purposeTokens, throttle } = service;

  app.openapi({ ...sendVerificationRoute, middleware: requireBearer(service) }, (context) => {
    const retryAfterS = mail.verification(context.var.bearer.account);
    return retryAfterS > 0 ? tooManyRequests(retryAfterS) : context.body(null, 202);
  });

  app.openapi(verifyMailRoute, async (context) => {
    const retryAfterS = throttle.address(context.var.address);
    if (retryAfterS > 0) return tooManyRequests(retryAfterS);
    const { token } = context.req.valid("json");
    const account = await accounts.findById(purposeTokens.accountOf(token));
    const binding = account ? verifyBinding(account) : new Uint8Array();
    if (!purposeTokens.check("mail", token, binding) || !account) return badLink();
    await accounts.markMailVerified(account.id, service.now());
    audit.record({ event: "mail.verified", account: account.id });
    return context.body(null, 204);
  });
}

function addReset(app: App, service: AuthService): void {
  app.openapi(requestResetRoute, (context) => {
    const retryAfterS = service.throttle.address(context.var.address);
    if (retryAfterS > 0) return tooManyRequests(retryAfterS);
    service.mail.reset(context.req.valid("json").email);
    return context.body(null, 202);
  });

  app.openapi(resetPasswordRoute, async (context) => {
    const retryAfterS = service.throttle.address(context.var.address);
    if (retryAfterS > 0) return tooManyRequests(retryAfterS);
    const { token, password, code } = context.req.valid("json");
    const account = await service.accounts.findById(service.purposeTokens.accountOf(token));
    const genuine = service.purposeTokens.check(
      "reset",
      token,
      account ? resetBinding(account) : new Uint8Array(),
    );
    if (!genuine || !account) return badLink();
    // The code is used up when it is right, so all else is looked at before it.
    const refusal =
      (await refusePassword(service, account.id, password)) ??
      (await refuseFactor(service, account, code, context.var.address)) ??
      (await setPassword(service, account.id, password));
    if (refusal) return refusal;
    await service.accounts.markMailVerified(account.id, service.now());
    service.throttle.passwordRight(account.throttleKey, context.var.address);
    const ended = [
      ...(await service.sessions.endAll(account.id)),
      ...(await service.personalTokens.end(account.id)),
    ];
    setEndedSessions(context, ended);
    service.audit.record({ event: "password.reset", account: account.id, network: context.var.address });
    return context.body(null, 204);
  });
}

/** A mail box alone does not open an account that has a second factor (ASVS 5.0, 6.4.3). */
async function refuseFactor(
  service: AuthService,
  account: Account,
  code: string | undefined,
  address: string,
): Promise<Problem | undefined> {
  if (!(await service.secondFactors.isRequired(account.id))) return undefined;
  if (code === undefined) return problem("second-factor-required", "Send a code as well.");
  const check = await checkSecondFactor(service, account, { code }, address);
  switch (check.kind) {
    case "right":
      return undefined;
    case "wrong":
      return problem("wrong-credentials", "The code is wrong or was used.");
    case "throttled":
      return tooManyRequests(check.retryAfterS);
  }
}

function addAccount(app: App, service: AuthService): void {
  app.openapi({ ...accountRoute, middleware: requireBearer(service) }, async (context) => {
    const { account: id } = context.var.bearer;
    const account = await service.accounts.findById(id);
    const email = await service.accounts.mailOf(id);
    if (!account || email === undefined) return problem("unauthenticated", "The account is gone.");
    return context.json({ id, email, mailVerified: account.isMailVerified, roles: [...account.roles] }, 200);
  });
}
