import { OpenAPIHono } from "@hono/zod-openapi";
import type { RouteConfig } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ContentfulStatusCode, StatusCode } from "hono/utils/http-status";
import { logoutRoute, refreshRoute, tokensSchema } from "@purrimeter/auth-api/login";
import { PLAIN_ROUTES, TOKEN_ROUTES } from "@purrimeter/auth-api/routes";
import type { Dependencies, Env } from "../dependencies.ts";
import type { AuthService } from "../edge/auth-service.ts";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { accountRequest } from "./account-request.ts";
import type { AccountRoute } from "./account-request.ts";
import { declaredAnswer } from "../edge/declared-answer.ts";
import type { Answered, DeclaredRoute } from "../edge/declared-answer.ts";
import { RefreshExchanges } from "./refresh-exchanges.ts";
import { clearSessionCookies, isOwnPage, refreshCookie, setSessionCookies } from "./session-cookies.ts";

type Handler = (context: Context<Env>) => Promise<Response>;

/** A route of the contract. */
export type ContractRoute = RouteConfig & AccountRoute & DeclaredRoute;

/** What the routes need. */
export type AccountDependencies = Pick<Dependencies, "monotonicMs"> & {
  readonly auth: Pick<AuthService, "call">;
};

/** Puts the route into the document as the contract has it, and its requests to the handler without reading their bodies. */
export function mount(app: OpenAPIHono<Env>, route: ContractRoute, handler: Handler): void {
  const { body: _, ...request } = route.request ?? {};
  app.openAPIRegistry.registerPath(route);
  app.openapi({ ...route, request, hide: true }, handler);
}

/** Passes a request on. Gives the answer, when the route declares it. */
export async function ask(
  { auth }: Pick<AccountDependencies, "auth">,
  context: Context<Env>,
  route: ContractRoute,
): Promise<Answered> {
  return declaredAnswer(route, await auth.call(await accountRequest(context, route)));
}

/** Passes an answer on as it is. */
export function passOn(context: Context<Env>, answer: Answered): Response {
  const { status, text, mediaType, retryAfter, challenge } = answer;
  if (retryAfter !== undefined) context.header("Retry-After", retryAfter);
  if (challenge !== undefined) context.header("WWW-Authenticate", challenge);
  if (mediaType === undefined || text === "") return context.body(null, status as StatusCode);
  return context.body(text, status as ContentfulStatusCode, { "Content-Type": mediaType });
}

/** Passes tokens on, to a page of this origin as cookies. */
function passTokensOn(context: Context<Env>, answer: Answered): Response {
  if (answer.status >= 400 || !isOwnPage(context)) return passOn(context, answer);
  const tokens = tokensSchema.parse(answer.body);
  setSessionCookies(context, tokens);
  return context.json({ expiresIn: tokens.expiresIn }, answer.status as ContentfulStatusCode);
}

function refresh(deps: AccountDependencies): Handler {
  const exchanges = new RefreshExchanges(deps.monotonicMs);
  return async (context) => {
    const call = await accountRequest(context, refreshRoute);
    if (!isOwnPage(context)) return passOn(context, declaredAnswer(refreshRoute, await deps.auth.call(call)));
    const pageRefreshToken = refreshCookie(context);
    const exchanged = exchanges.of(`${pageRefreshToken} ${String(call.body)}`, () =>
      deps.auth.call({ ...call, pageRefreshToken }),
    );
    const answer = declaredAnswer(refreshRoute, await exchanged);
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
    mount(app, route, async (context) => passTokensOn(context, await ask(deps, context, route)));
  mount(app, refreshRoute, refresh(deps));
  mount(app, logoutRoute, logOut(deps));
  for (const route of PLAIN_ROUTES)
    mount(app, route, async (context) => passOn(context, await ask(deps, context, route)));
  return app;
}
