import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { logoutRoute, refreshRoute, tokensSchema } from "@purrimeter/auth-api/login";
import { PLAIN_ROUTES, TOKEN_ROUTES } from "@purrimeter/auth-api/routes";
import { onInvalid } from "@purrimeter/service/on-invalid";
import type { Dependencies, Env } from "../dependencies.ts";
import { declaredAnswer } from "../edge/declared-answer.ts";
import type { Answered } from "../edge/declared-answer.ts";
import { accountRequest } from "./account-request.ts";
import { ask, mount, passOn } from "./mount.ts";
import type { Handler } from "./mount.ts";
import {
  clearSessionCookies,
  isOwnPage,
  passDeviceMark,
  refreshCookie,
  setSessionCookies,
} from "./session-cookies.ts";

type AccountDependencies = Pick<Dependencies, "auth">;

/** Passes tokens on, to a page of this origin as cookies. */
function passTokensOn(context: Context<Env>, answer: Answered): Response {
  if (answer.status >= 400 || !isOwnPage(context)) return passOn(context, answer);
  const tokens = tokensSchema.parse(answer.body);
  setSessionCookies(context, tokens);
  passDeviceMark(context, answer.deviceMark);
  return context.json({ expiresIn: tokens.expiresIn }, answer.status as ContentfulStatusCode);
}

function refresh({ auth }: AccountDependencies): Handler {
  return async (context) => {
    const call = await accountRequest(context, refreshRoute);
    if (!isOwnPage(context)) return passOn(context, declaredAnswer(refreshRoute, await auth.call(call)));
    const exchanged = await auth.call({ ...call, pageRefreshToken: refreshCookie(context) });
    const answer = declaredAnswer(refreshRoute, exchanged);
    if (answer.status === 401) clearSessionCookies(context);
    return passTokensOn(context, answer);
  };
}

function logOut({ auth }: AccountDependencies): Handler {
  return async (context) => {
    const call = await accountRequest(context, logoutRoute);
    const isPage = isOwnPage(context);
    const ofPage = isPage ? { pageRefreshToken: refreshCookie(context) } : {};
    const answer = declaredAnswer(logoutRoute, await auth.call({ ...call, ...ofPage }));
    if (isPage && answer.status < 300) clearSessionCookies(context);
    return passOn(context, answer);
  };
}

/** /v1/auth: accounts and sessions, passed on to the authentication service. Its internal routes are not here. */
export function accountRoutes(deps: AccountDependencies): OpenAPIHono<Env> {
  const app = new OpenAPIHono<Env>({ defaultHook: onInvalid });
  for (const route of TOKEN_ROUTES)
    mount(app, route, async (context) => passTokensOn(context, await ask(deps.auth, context, route)));
  mount(app, refreshRoute, refresh(deps));
  mount(app, logoutRoute, logOut(deps));
  for (const route of PLAIN_ROUTES)
    mount(app, route, async (context) => passOn(context, await ask(deps.auth, context, route)));
  return app;
}
