import type { OpenAPIHono } from "@hono/zod-openapi";
import { loginLinkRoute, requestLoginLinkRoute } from "@purrimeter/auth-api/login";
import type { Account } from "../accounts/accounts.ts";
import type { AuthService } from "../auth-service.ts";
import type { AppEnvironment } from "../http/app-environment.ts";
import { guarded } from "../http/guarded.ts";
import type { GuardParts } from "../http/guarded.ts";
import { tooManyRequests } from "../http/problem.ts";
import { badLink } from "../mail/bad-link.ts";
import { linkBinding } from "../mail/link-bindings.ts";
import { secondFactorRequired } from "../second-factor/second-factor-required.ts";
import type { SecondFactorRequiredParts } from "../second-factor/second-factor-required.ts";
import { beginSession } from "./begin-session.ts";
import type { SessionParts } from "./begin-session.ts";

type App = OpenAPIHono<AppEnvironment>;
type AccountOfLinkParts = Pick<AuthService, "accounts" | "purposeTokens">;
type RequestParts = GuardParts & Pick<AuthService, "mail" | "throttle">;
type LinkParts = AccountOfLinkParts &
  SecondFactorRequiredParts &
  SessionParts &
  Pick<AuthService, "audit" | "throttle">;

/** Adds logging in with a mailed link: the way in that strangers with wrong passwords cannot delay. */
export function addLinkEndpoints(app: App, service: RequestParts & LinkParts): void {
  addRequest(app, service);
  addLink(app, service);
}

function addRequest(app: App, service: RequestParts): void {
  app.openapi(guarded(service, requestLoginLinkRoute), (context) => {
    const retryAfterS = service.throttle.address(context.var.address);
    if (retryAfterS > 0) return tooManyRequests(retryAfterS);
    service.mail.loginLink(context.req.valid("json").email);
    return context.body(null, 202);
  });
}

function addLink(app: App, service: LinkParts): void {
  app.openapi(guarded(service, loginLinkRoute), async (context) => {
    const { address } = context.var;
    const { token, device } = context.req.valid("json");
    const account = await accountOfLink(service, token);
    // A genuine link is let in first: others at the same address cannot delay it.
    const retryAfterS = account ? 0 : service.throttle.address(address);
    if (retryAfterS > 0) {
      service.audit.recordThrottled({ account: undefined, network: address });
      return tooManyRequests(retryAfterS);
    }
    if (!account || !(await service.accounts.useLink(account))) {
      service.audit.record({ event: "login.refused", account: account?.id, network: address });
      return badLink();
    }
    if (await service.secondFactors.isRequired(account.id))
      return secondFactorRequired(service, account, "linked");
    service.throttle.loggedIn(account.throttleKey, address);
    return context.json(await beginSession(context, service, account, device), 200);
  });
}

async function accountOfLink(
  { accounts, purposeTokens }: AccountOfLinkParts,
  token: string,
): Promise<Account | undefined> {
  const account = await accounts.findById(purposeTokens.accountOf(token));
  const binding = account ? linkBinding(account) : new Uint8Array();
  return purposeTokens.check("link", token, binding) ? account : undefined;
}
