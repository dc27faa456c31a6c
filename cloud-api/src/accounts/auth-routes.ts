import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { z } from "zod";
import { ProblemError, problemResponse } from "@purrimeter/service/problem";
import {
  accountRoute,
  auditRoute,
  changePasswordRoute,
  endOtherSessionsRoute,
  endSessionRoute,
  listSessionsRoute,
} from "./account-routes.ts";
import { tokensSchema } from "./account-schemas.ts";
import type { refreshSchema } from "./account-schemas.ts";
import {
  loginRoute,
  logoutRoute,
  passkeyLoginOptionsRoute,
  passkeyLoginRoute,
  refreshRoute,
  registerRoute,
  secondStepRoute,
} from "./login-routes.ts";
import {
  changeMailRoute,
  confirmMailRoute,
  requestResetRoute,
  resetPasswordRoute,
  sendVerificationRoute,
  verifyMailRoute,
} from "./mail-routes.ts";
import {
  endPersonalTokenRoute,
  listPersonalTokensRoute,
  makePersonalTokenRoute,
} from "./personal-token-routes.ts";
import {
  beginPasskeyRoute,
  beginTotpRoute,
  confirmTotpRoute,
  listFactorsRoute,
  listPasskeysRoute,
  makePasskeyRoute,
  recoveryCodesRoute,
  removePasskeyRoute,
  removeTotpRoute,
} from "./second-factor-routes.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { authCall, bodyOf, forward, successOf } from "./forward-to-auth.ts";
import type { AuthRoute, Forwarded } from "./forward-to-auth.ts";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { refuse } from "../edge/problem.ts";
import { RefreshExchanges } from "./refresh-exchanges.ts";
import { clearSessionCookies, isOwnPage, refreshCookie, setSessionCookies } from "./session-cookies.ts";

/** Tokens in the body for who keeps them, in cookies for a page of ours. */
function answerWithTokens(context: Context<Env>, body: unknown, route: AuthRoute): Forwarded {
  const { accessToken, refreshToken, expiresIn } = tokensSchema.parse(body);
  const tokens = { accessToken, refreshToken, expiresIn };
  const own = isOwnPage(context);
  if (own) setSessionCookies(context, tokens);
  return context.json(own ? { expiresIn } : tokens, successOf(route).status as 200) as unknown as Forwarded;
}

function logIn(deps: Dependencies, route: AuthRoute): (context: Context<Env>) => Promise<Forwarded> {
  return async (context) => {
    const body = bodyOf(await deps.auth.call(authCall(context, route)), route);
    return answerWithTokens(context, body, route);
  };
}

/** The refresh token that was sent, or that the page's cookie holds. */
function refreshTokenOf(context: Context<Env>): string | undefined {
  const { refreshToken } = context.req.valid("json" as never) as z.infer<typeof refreshSchema>;
  if (refreshToken !== undefined) return refreshToken;
  if (isOwnPage(context)) return refreshCookie(context);
  const message = "This field is required.";
  throw refuse("invalid-request", message, [{ field: "refreshToken", message }]);
}

/** What the handler answers; a page whose session is over loses its cookies with the refusal. */
async function clearingRefused(context: Context<Env>, handle: () => Promise<Forwarded>): Promise<Forwarded> {
  try {
    return await handle();
  } catch (error) {
    if (!(error instanceof ProblemError) || error.body.status !== 401 || !isOwnPage(context)) throw error;
    clearSessionCookies(context);
    for (const [name, value] of problemResponse(error.body, error.headers).headers)
      context.header(name, value);
    return context.body(JSON.stringify(error.body), 401) as unknown as Forwarded;
  }
}

function refresh(deps: Dependencies): (context: Context<Env>) => Promise<Forwarded> {
  const exchanges = new RefreshExchanges(deps.monotonicMs);
  return async (context) =>
    clearingRefused(context, async () => {
      const refreshToken = refreshTokenOf(context);
      if (refreshToken === undefined) throw refuse("wrong-credentials", "There is no session; log in.");
      const ask = () => deps.auth.call({ ...authCall(context, refreshRoute), body: { refreshToken } });
      const answer = isOwnPage(context) ? exchanges.of(refreshToken, ask) : ask();
      return answerWithTokens(context, bodyOf(await answer, refreshRoute), refreshRoute);
    });
}

function logOut(deps: Dependencies): (context: Context<Env>) => Promise<Forwarded> {
  return async (context) => {
    const refreshToken = refreshTokenOf(context);
    if (refreshToken !== undefined)
      bodyOf(
        await deps.auth.call({ ...authCall(context, logoutRoute), body: { refreshToken } }),
        logoutRoute,
      );
    if (isOwnPage(context)) clearSessionCookies(context);
    return context.body(null, 204) as unknown as Forwarded;
  };
}

/** /v1/auth: accounts and sessions, handed to the authentication service. What only the gateway asks it is not here. */
export function authRoutes(deps: Dependencies) {
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(registerRoute, logIn(deps, registerRoute))
    .openapi(loginRoute, logIn(deps, loginRoute))
    .openapi(secondStepRoute, logIn(deps, secondStepRoute))
    .openapi(passkeyLoginOptionsRoute, forward(deps, passkeyLoginOptionsRoute))
    .openapi(passkeyLoginRoute, logIn(deps, passkeyLoginRoute))
    .openapi(refreshRoute, refresh(deps))
    .openapi(logoutRoute, logOut(deps))
    .openapi(accountRoute, forward(deps, accountRoute))
    .openapi(listSessionsRoute, forward(deps, listSessionsRoute))
    .openapi(endOtherSessionsRoute, forward(deps, endOtherSessionsRoute))
    .openapi(endSessionRoute, forward(deps, endSessionRoute))
    .openapi(changePasswordRoute, forward(deps, changePasswordRoute))
    .openapi(requestResetRoute, forward(deps, requestResetRoute))
    .openapi(resetPasswordRoute, forward(deps, resetPasswordRoute))
    .openapi(sendVerificationRoute, forward(deps, sendVerificationRoute))
    .openapi(verifyMailRoute, forward(deps, verifyMailRoute))
    .openapi(changeMailRoute, forward(deps, changeMailRoute))
    .openapi(confirmMailRoute, forward(deps, confirmMailRoute))
    .openapi(listFactorsRoute, forward(deps, listFactorsRoute))
    .openapi(beginTotpRoute, forward(deps, beginTotpRoute))
    .openapi(confirmTotpRoute, forward(deps, confirmTotpRoute))
    .openapi(removeTotpRoute, forward(deps, removeTotpRoute))
    .openapi(recoveryCodesRoute, forward(deps, recoveryCodesRoute))
    .openapi(listPasskeysRoute, forward(deps, listPasskeysRoute))
    .openapi(beginPasskeyRoute, forward(deps, beginPasskeyRoute))
    .openapi(makePasskeyRoute, forward(deps, makePasskeyRoute))
    .openapi(removePasskeyRoute, forward(deps, removePasskeyRoute))
    .openapi(listPersonalTokensRoute, forward(deps, listPersonalTokensRoute))
    .openapi(makePersonalTokenRoute, forward(deps, makePersonalTokenRoute))
    .openapi(endPersonalTokenRoute, forward(deps, endPersonalTokenRoute))
    .openapi(auditRoute, forward(deps, auditRoute));
}

/** For Hono's typed client, below /v1/auth; with all other routes in one type the compiler gives up. */
export type AuthType = ReturnType<typeof authRoutes>;
