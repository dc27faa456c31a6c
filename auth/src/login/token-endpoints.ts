import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnvironment } from "../http/app-environment.ts";
import type { AuthService } from "../auth-service.ts";
import { beginSession, tokensOf } from "./begin-session.ts";
import { ENDED_SESSIONS_HEADER } from "../http/cloud-api-interface.ts";
import { logIn } from "./log-in.ts";
import { busy, problem, tooManyRequests } from "../http/problem.ts";
import type { Problem } from "../http/problem.ts";
import { register } from "./register.ts";
import { secondFactorRequired } from "../second-factor/second-factor-required.ts";
import { setEndedSessions } from "../sessions/set-ended-sessions.ts";
import type { RefreshOutcome } from "../sessions/sessions.ts";
import { loginRoute, logoutRoute, refreshRoute, registerRoute } from "./token-routes.ts";
import { weakPassword } from "../password/weak-password.ts";

/** Adds register, login, refresh and logout. */
export function addTokenEndpoints(app: OpenAPIHono<AppEnvironment>, service: AuthService): void {
  addRegister(app, service);
  addLogin(app, service);
  addRefresh(app, service);
  addLogout(app, service);
}

function addRegister(app: OpenAPIHono<AppEnvironment>, service: AuthService): void {
  app.openapi(registerRoute, async (context) => {
    const { email: mail, password, device } = context.req.valid("json");
    const outcome = await register(service, { mail, password, address: context.var.address });
    switch (outcome.kind) {
      case "registered":
        return context.json(await beginSession(context, service, outcome.account, device), 201);
      case "weak":
        return weakPassword(outcome.reason);
      case "taken":
        return problem("conflict", "No account was made. If you have one already, log in.");
      case "throttled":
        return tooManyRequests(outcome.retryAfterS);
      case "busy":
        return busy();
    }
  });
}

function addLogin(app: OpenAPIHono<AppEnvironment>, service: AuthService): void {
  app.openapi(loginRoute, async (context) => {
    const { email: mail, password, device } = context.req.valid("json");
    const outcome = await logIn(service, { mail, password, address: context.var.address });
    switch (outcome.kind) {
      case "accepted":
        return context.json(await beginSession(context, service, outcome.account, device), 200);
      case "second-factor":
        return secondFactorRequired(service, outcome.account);
      case "refused":
        return problem("wrong-credentials", "The address or the password is wrong.");
      case "throttled":
        return tooManyRequests(outcome.retryAfterS);
      case "busy":
        return busy();
    }
  });
}

function addRefresh(app: OpenAPIHono<AppEnvironment>, service: AuthService): void {
  app.openapi(refreshRoute, async (context) => {
    const outcome = await service.sessions.refresh(context.req.valid("json").refreshToken);
    if (outcome.kind !== "refreshed") return notRefreshed(service, outcome);
    const account = await service.accounts.findById(outcome.session.account);
    if (!account) return notRefreshed(service, { kind: "unknown" });
    return context.json(await tokensOf(service, account, outcome.session), 200);
  });
}

function notRefreshed(
  { audit }: AuthService,
  outcome: Exclude<RefreshOutcome, { kind: "refreshed" }>,
): Problem {
  const detail = "The refresh token is not accepted; log in again.";
  if (outcome.kind === "unknown") return problem("wrong-credentials", detail);
  const { account, sid: session, reason } = outcome;
  audit.record({ event: reason === "reused" ? "session.reused" : "session.ended", account, session });
  return problem("wrong-credentials", detail, undefined, { [ENDED_SESSIONS_HEADER]: session });
}

function addLogout(app: OpenAPIHono<AppEnvironment>, service: AuthService): void {
  app.openapi(logoutRoute, async (context) => {
    const sid = service.sessions.sessionOf(context.req.valid("json").refreshToken);
    const ended = await service.sessions.end(sid === undefined ? [] : [sid]);
    for (const session of ended) service.audit.record({ event: "session.ended", session });
    setEndedSessions(context, ended);
    return context.body(null, 204);
  });
}
