import type { OpenAPIHono } from "@hono/zod-openapi";
import { requestResetRoute, resetPasswordRoute } from "@purrimeter/auth-api/password";
import type { Account } from "../accounts/accounts.ts";
import type { AuthService } from "../auth-service.ts";
import type { AppEnvironment } from "../http/app-environment.ts";
import { guarded } from "../http/guarded.ts";
import type { GuardParts } from "../http/guarded.ts";
import { sentMark, setMark } from "../http/device-mark.ts";
import { problem, tooManyRequests } from "../http/problem.ts";
import type { Problem } from "../http/problem.ts";
import { badLink } from "../mail/bad-link.ts";
import { resetBinding } from "../mail/link-bindings.ts";
import { checkSecondFactor } from "../second-factor/check-second-factor.ts";
import type { SecondFactorParts } from "../second-factor/check-second-factor.ts";
import { setEndedSessions } from "../sessions/set-ended-sessions.ts";
import { refusePassword, hashPassword } from "./set-password.ts";

type App = OpenAPIHono<AppEnvironment>;
type RequestParts = GuardParts & Pick<AuthService, "mail" | "throttle">;
type AccountOfLinkParts = Pick<AuthService, "accounts" | "purposeTokens">;
type ResetParts = GuardParts &
  SecondFactorParts &
  AccountOfLinkParts &
  Pick<AuthService, "devices" | "hasher" | "mailChanges" | "now" | "personalTokens">;

/** Adds setting a new password through one's mail box. */
export function addResetPasswordEndpoints(app: App, service: RequestParts & ResetParts): void {
  addRequest(app, service);
  addReset(app, service);
}

function addRequest(app: App, service: RequestParts): void {
  app.openapi(guarded(service, requestResetRoute), (context) => {
    const retryAfterS = service.throttle.address(context.var.address);
    if (retryAfterS > 0) return tooManyRequests(retryAfterS);
    service.mail.reset(context.req.valid("json").email);
    return context.body(null, 202);
  });
}

function addReset(app: App, service: ResetParts): void {
  app.openapi(guarded(service, resetPasswordRoute), async (context) => {
    const { address: network } = context.var;
    const retryAfterS = service.throttle.address(network);
    if (retryAfterS > 0) return tooManyRequests(retryAfterS);
    const { token, password, code } = context.req.valid("json");
    const account = await accountOfLink(service, token);
    if (!account) return badLink();
    // The code is used up when it is right, so all else is looked at before it.
    const refusal =
      (await refusePassword(service, account.id, password, !account.isMailVerified)) ??
      (await refuseFactor(service, account, code, network));
    if (refusal) return refusal;
    const hashed = await hashPassword(service, password, { key: `mail ${account.id}`, isFamiliar: true });
    if ("refusal" in hashed) return hashed.refusal;
    const { ended, mark } = await service.audit.act(async () => {
      await hashed.store(account.id);
      if (!account.isMailVerified) await replaceFormer(service, account.id);
      service.audit.record({ event: "password.reset", account: account.id, network });
      const over = await afterReset(service, account, network);
      return { ended: over, mark: await service.devices.remember(account.id, sentMark(context)) };
    });
    setEndedSessions(context, ended);
    setMark(context, mark);
    return context.body(null, 204);
  });
}

async function accountOfLink(
  { accounts, purposeTokens }: AccountOfLinkParts,
  token: string,
): Promise<Account | undefined> {
  const account = await accounts.findById(purposeTokens.accountOf(token));
  const binding = account ? resetBinding(account) : new Uint8Array();
  return purposeTokens.check("reset", token, binding) ? account : undefined;
}

/** The mail box is the account's, and whoever had the old password is out. Gives what ended. */
async function afterReset(
  { accounts, devices, now, personalTokens, sessions, throttle }: ResetParts,
  { id, throttleKey }: Account,
  network: string,
): Promise<readonly string[]> {
  await accounts.markMailVerified(id, now());
  throttle.passwordRight(throttleKey, network);
  await devices.forget(id);
  return [...(await sessions.endAll(id)), ...(await personalTokens.end(id))];
}

/**
 * Whoever made an account for an address that he does not read keeps nothing of it: the first who reads the address has it as
 * if it were new.
 */
async function replaceFormer(
  { mailChanges, secondFactors }: Pick<AuthService, "mailChanges" | "secondFactors">,
  account: string,
): Promise<void> {
  await secondFactors.removeAll(account);
  await mailChanges.forget(account);
}

/**
 * A mail box alone does not open an account that has a second factor (ASVS 5.0, 6.4.3). A factor of an account whose address
 * was never verified is not known to be its reader's, and does not count.
 */
async function refuseFactor(
  service: SecondFactorParts,
  account: Account,
  code: string | undefined,
  address: string,
): Promise<Problem | undefined> {
  if (!account.isMailVerified || !(await service.secondFactors.isRequired(account.id))) return undefined;
  if (code === undefined)
    return problem("second-factor-required", "Send a code of the second factor as well.");
  const place = { account: account.id, isMailed: true } as const;
  const check = await checkSecondFactor(service, account, { code }, { network: address, place });
  switch (check.kind) {
    case "right":
      return undefined;
    case "wrong":
      return problem("wrong-credentials", "The code is wrong or was already used.");
    case "throttled":
      return tooManyRequests(check.retryAfterS);
  }
}
