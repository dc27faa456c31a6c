import type { IncomingMessage } from "node:http";
import type { Context, MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { matchedRoutes } from "hono/route";
import { DEVICE_MARK_HEADER } from "@purrimeter/auth-api/device-marks";
import { ProblemError } from "@purrimeter/service/problem";
import { subscriberOf } from "@purrimeter/service/client-address";
import { markAuthenticated } from "@purrimeter/service/connection-owner";
import { namesOnly } from "@purrimeter/service/request-hosts";
import { ACCESS } from "./access-table.ts";
import type { Access } from "./access-table.ts";
import { accessTokenOf } from "./access-token-of.ts";
import type { Identity } from "./access-tokens.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { PersonalTokens } from "./personal-tokens.ts";
import { problem, refuse } from "./problem.ts";
import { spend } from "./spend.ts";

/** Pattern of the route that answers, "*" when there is none. */
export function routeOf(context: Context): string {
  return matchedRoutes(context).at(-1)?.path ?? "*";
}

/** Says in the log which route answered what. */
export function logAnswers(deps: Dependencies): MiddlewareHandler<Env> {
  return async (context, next) => {
    const startMs = deps.monotonicMs();
    await next();
    const durationMs = Math.round(deps.monotonicMs() - startMs);
    const { status } = context.res;
    deps.logRequest({ route: routeOf(context), method: context.req.method, status, durationMs });
  };
}

/** The request as it came; in a test without a socket, what it says of itself. */
function targetOf({ env, req }: Context<Env>): Pick<IncomingMessage, "rawHeaders" | "url"> {
  return (
    env?.incoming ?? { rawHeaders: ["host", req.header("host") ?? new URL(req.url).host], url: req.path }
  );
}

/** Refuses requests for other hosts: a page that rebinds its own name to our address sends that name. */
export function checkHost(deps: Dependencies): MiddlewareHandler<Env> {
  return async (context, next) => {
    if (!namesOnly(targetOf(context), deps.hosts))
      throw refuse("misdirected-request", "The Host header names none of this server's hosts.");
    await next();
  };
}

/** What limits count the requests of an address by. */
export function subscriberKey(address: string): string {
  return subscriberOf(address) ?? address;
}

/** Finds the client's address and counts the request against it. */
export function limitAddress(deps: Dependencies): MiddlewareHandler<Env> {
  return async (context, next) => {
    const peer = context.env?.incoming?.socket.remoteAddress ?? "";
    const address = deps.addresses.of(peer, context.req.header("x-forwarded-for"));
    spend(deps.addressRates, subscriberKey(address));
    context.set("clientAddress", address);
    await next();
  };
}

function unauthenticated(detail: string, challenge: string): ProblemError {
  return new ProblemError(problem("unauthenticated", detail), { "WWW-Authenticate": challenge });
}

async function identify(
  deps: Dependencies,
  personal: PersonalTokens,
  context: Context<Env>,
): Promise<Identity> {
  const sent = accessTokenOf(context);
  if (sent === undefined) throw unauthenticated("No access token was sent.", "Bearer");
  const token = personal.isPersonal(sent)
    ? await personal.accessTokenFor(sent, context.get("clientAddress"))
    : sent;
  const check = token === undefined ? "invalid" : deps.tokens.check(token);
  const identity = check instanceof Promise ? await check : check;
  if (identity === "unavailable") throw refuse("unavailable", "The authentication service does not answer.");
  if (identity === "invalid")
    throw unauthenticated("The access token is not valid or has expired.", 'Bearer error="invalid_token"');
  return identity;
}

const UNVERIFIED =
  "Open the link in the verification mail, or get another with POST /v1/auth/mail/verification; then refresh.";

/** What stands against the use of a route by who asks; undefined when nothing does. */
function refusalOf(access: Access, { isMailVerified, roles, scopes }: Identity): ProblemError | undefined {
  if (access.who === "anyone") return undefined;
  if (!access.roles.some((role) => roles.includes(role)))
    return refuse("forbidden", `This route requires the role ${access.roles.join(" or ")}.`);
  if (access.needsVerifiedMail === true && !isMailVerified) return refuse("mail-not-verified", UNVERIFIED);
  if (scopes === undefined || (access.scope !== undefined && scopes.includes(access.scope))) return undefined;
  const detail =
    access.scope === undefined
      ? "A personal access token cannot be used here. Log in."
      : `This personal access token lacks the scope ${access.scope}.`;
  return new ProblemError(problem("forbidden", detail), {
    "WWW-Authenticate": 'Bearer error="insufficient_scope"',
  });
}

/** Who may use the route that answers; undefined when none does. A route that the table does not have is nobody's. */
function accessOf(context: Context): Access | undefined {
  const route = matchedRoutes(context).at(-1);
  if (route === undefined || route.path.includes("*")) return undefined;
  const access = ACCESS[`${route.method} ${route.path}`];
  if (access === undefined) throw new Error("this route is missing in the table of access");
  return access;
}

/**
 * Lets through whom the table of access lets: valid token of a session that goes on, role, scope of a personal access
 * token, rate of the account. Whose things they are is the store's to say.
 */
export function authorise(deps: Dependencies): MiddlewareHandler<Env> {
  const personal = new PersonalTokens(deps);
  return async (context, next) => {
    const access = accessOf(context);
    if (access === undefined || access.who === "anyone") return next();
    const identity = await identify(deps, personal, context);
    const refusal = refusalOf(access, identity);
    if (refusal !== undefined) throw refusal;
    if (context.env?.incoming !== undefined) markAuthenticated(context.env.incoming.socket);
    context.set("identity", identity);
    context.set("owner", identity.owner);
    spend(deps.ownerRates, identity.owner);
    context.set("view", deps.forOwner(identity.owner));
    return next();
  };
}

/** CORS for the configured origins alone; without any no answer mentions CORS. */
export function allowOrigins(origins: readonly string[]): MiddlewareHandler<Env> {
  return cors({
    origin: [...origins],
    allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
    allowHeaders: [
      "Authorization",
      "Content-Type",
      "Idempotency-Key",
      "If-Match",
      "If-None-Match",
      DEVICE_MARK_HEADER,
    ],
    exposeHeaders: ["ETag", "Location", "Retry-After", DEVICE_MARK_HEADER],
    maxAge: 600,
  });
}
