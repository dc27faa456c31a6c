import type { Context, MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { matchedRoutes } from "hono/route";
import { rateKey } from "./client-address.ts";
import { ACCESS } from "./access-table.ts";
import type { Access } from "./access-table.ts";
import { accessTokenOf } from "./access-token-of.ts";
import type { Identity } from "./access-tokens.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { PersonalTokens } from "./personal-tokens.ts";
import { problem, ProblemError, refuse } from "./problem.ts";
import type { RateLimiter } from "./rate-limiter.ts";

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

const HOST = "host";

/** Host header without its port (RFC 9112 section 3.2), lower case. */
function hostName(host: string): string {
  return host.replace(/:\d{1,5}$/, "").toLowerCase();
}

/**
 * Hosts that a request names: its Host headers, of which there may be one (RFC 9112 section 3.2), and the host of a target
 * in absolute form, which goes before them (section 3.2.2). A proxy before us may have believed any of them.
 */
function namedHosts(context: Context<Env>): readonly string[] {
  const { incoming } = context.env ?? {};
  if (incoming === undefined) return [context.req.header("host") ?? new URL(context.req.url).host];
  const { rawHeaders, url = "" } = incoming;
  const hosts: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? "";
    if (name.length === HOST.length && name.toLowerCase() === HOST) hosts.push(rawHeaders[i + 1] ?? "");
  }
  if (!url.startsWith("/")) hosts.push(new URL(context.req.url).host);
  return hosts;
}

/** Refuses requests for other hosts: a page that rebinds its own name to our address sends that name. */
export function checkHost(deps: Dependencies): MiddlewareHandler<Env> {
  return async (context, next) => {
    const hosts = namedHosts(context);
    if (hosts.length === 0 || !hosts.every((host) => deps.hosts.has(hostName(host))))
      throw refuse("misdirected-request", "The Host header names none of this server's hosts.");
    await next();
  };
}

/** Counts one request under a key; throws a problem `too-many-requests`. */
export function spend(rates: RateLimiter, key: string): void {
  const waitS = rates.take(key);
  if (waitS === 0) return;
  const detail = `Try again in ${waitS} s.`;
  throw new ProblemError(problem("too-many-requests", detail), { "Retry-After": String(waitS) });
}

/** Finds the client's address and counts the request against it. */
export function limitAddress(deps: Dependencies): MiddlewareHandler<Env> {
  return async (context, next) => {
    const peer = context.env?.incoming?.socket.remoteAddress ?? "";
    const address = deps.addresses.of(peer, context.req.header("x-forwarded-for"));
    spend(deps.addressRates, rateKey(address));
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
  if (sent === undefined) throw unauthenticated("There is no access token.", "Bearer");
  const token = personal.isPersonal(sent)
    ? await personal.accessTokenFor(sent, context.get("clientAddress"))
    : sent;
  const check = token === undefined ? "invalid" : deps.tokens.check(token);
  const identity = check instanceof Promise ? await check : check;
  if (identity === "unavailable") throw refuse("unavailable", "The authentication service does not answer.");
  if (identity === "invalid")
    throw unauthenticated("The access token is not valid (any more).", 'Bearer error="invalid_token"');
  return identity;
}

/** What stands against the use of a route by who asks; undefined when nothing does. */
function refusalOf(access: Access, { roles, scopes }: Identity): ProblemError | undefined {
  if (access.who === "anyone") return undefined;
  if (!access.roles.some((role) => roles.includes(role)))
    return refuse("forbidden", `This is for the role ${access.roles.join(" or ")}.`);
  if (scopes === undefined || (access.scope !== undefined && scopes.includes(access.scope))) return undefined;
  const detail = `This personal access token lacks the scope ${access.scope ?? "for it: log in"}.`;
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
    spend(deps.ownerRates, identity.owner);
    context.set("identity", identity);
    context.set("owner", identity.owner);
    context.set("view", deps.forOwner(identity.owner));
    return next();
  };
}

/** CORS for the configured origins alone; without any no answer mentions CORS. */
export function allowOrigins(origins: readonly string[]): MiddlewareHandler<Env> {
  return cors({
    origin: [...origins],
    allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
    allowHeaders: ["Authorization", "Content-Type", "If-Match", "If-None-Match"],
    exposeHeaders: ["ETag", "Location", "Retry-After"],
    maxAge: 600,
  });
}
