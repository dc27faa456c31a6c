import type { OpenAPIHono } from "@hono/zod-openapi";
import { ENDED_SESSIONS_HEADER } from "@purrimeter/auth-api/internal";
import { loginRoute, logoutRoute, refreshRoute, registerRoute } from "@purrimeter/auth-api/login";
import type { AuthService } from "../auth-service.ts";
import type { AppEnvironment } from "../http/app-environment.ts";
import { guarded } from "../http/guarded.ts";
import type { GuardParts } from "../http/guarded.ts";
import { sentMark } from "../http/device-mark.ts";
import { busy, problem, tooManyRequests } from "../http/problem.ts";
import type { Problem } from "../http/problem.ts";
import { weakPassword } from "../password/weak-password.ts";
import { secondFactorRequired } from "../second-factor/second-factor-required.ts";
import type { SecondFactorRequiredParts } from "../second-factor/second-factor-required.ts";
import { setEndedSessions } from "../sessions/set-ended-sessions.ts";
import { sentRefreshToken } from "../sessions/sent-refresh-token.ts";
import type { RefreshOutcome } from "../sessions/sessions.ts";
import { beginSession, rememberDevice, tokensOf } from "./begin-session.ts";
import type { SessionParts } from "./begin-session.ts";
import { logIn } from "./log-in.ts";
import type { LogInParts } from "./log-in.ts";
import { register } from "./register.ts";
import type { RegisterParts } from "./register.ts";

type App = OpenAPIHono<AppEnvironment>;
type RefreshParts = SessionParts & Pick<AuthService, "accounts" | "audit">;
type LogoutParts = SessionParts & Pick<AuthService, "audit">;

/** Adds register, login, refresh and logout. */
export function addTokenEndpoints(
  app: App,
  service: RegisterParts & LogInParts & SecondFactorRequiredParts & RefreshParts,
): void {
  addRegister(app, service);
  addLogin(app, service);
  addRefresh(app, service);
  addLogout(app, service);
}

function addRegister(app: App, service: RegisterParts & GuardParts): void {
  app.openapi(guarded(service, registerRoute), async (context) => {
    const { email: mail, password, language } = context.req.valid("json");
    const outcome = await register(service, { mail, password, language, address: context.var.address });
    switch (outcome.kind) {
      case "mailed":
        return context.body(null, 202);
      case "weak":
        return weakPassword(outcome.reason);
      case "throttled":
        return tooManyRequests(outcome.retryAfterS);
      case "busy":
        return busy();
    }
  });
}

function addLogin(app: App, service: LogInParts & SecondFactorRequiredParts & SessionParts): void {
  app.openapi(guarded(service, loginRoute), async (context) => {
    const { email: mail, password, device } = context.req.valid("json");
    const { address } = context.var;
    const outcome = await logIn(service, { mail, password, address, mark: sentMark(context) });
    switch (outcome.kind) {
      case "accepted":
        return context.json(await beginSession(context, service, outcome.account, device), 200);
      case "second-factor":
        return secondFactorRequired(service, outcome.account);
      case "refused":
        return problem(
          "wrong-credentials",
          "The address or the password is wrong, or the address has not been verified yet.",
        );
      case "throttled":
        return tooManyRequests(
          outcome.retryAfterS,
          "You can also log in with a link: POST /v1/auth/login/link-request.",
        );
      case "busy":
        return busy();
    }
  });
}

function addRefresh(app: App, service: RefreshParts): void {
  app.openapi(guarded(service, refreshRoute), async (context) => {
    const sent = sentRefreshToken(context, context.req.valid("json"));
    if ("refusal" in sent) return sent.refusal;
    if (sent.token === undefined) return problem("wrong-credentials", "There is no session. Log in.");
    const outcome = await service.sessions.refresh(sent.token);
    if (outcome.kind !== "refreshed") return notRefreshed(service, outcome);
    const account = await service.accounts.findById(outcome.session.account);
    if (!account) return notRefreshed(service, { kind: "unknown" });
    await rememberDevice(context, service, outcome.session);
    return context.json(await tokensOf(service, account, outcome.session), 200);
  });
}

function notRefreshed(
  { audit }: Pick<AuthService, "audit">,
  outcome: Exclude<RefreshOutcome, { kind: "refreshed" }>,
): Problem {
  const detail = "The refresh token is not valid. Log in again.";
  if (outcome.kind === "unknown") return problem("wrong-credentials", detail);
  const { account, sid: session, reason } = outcome;
  audit.record({ event: reason === "reused" ? "session.reused" : "session.ended", account, session });
  return problem("wrong-credentials", detail, undefined, { [ENDED_SESSIONS_HEADER]: session });
}

function addLogout(app: App, service: LogoutParts): void {
  app.openapi(guarded(service, logoutRoute), async (context) => {
    const sent = sentRefreshToken(context, context.req.valid("json"));
    if ("refusal" in sent) return sent.refusal;
    const sid = sent.token === undefined ? undefined : service.sessions.sessionOf(sent.token);
    const ended = await service.audit.act(async () => {
      const ids = await service.sessions.end(sid === undefined ? [] : [sid]);
      for (const session of ids) service.audit.record({ event: "session.ended", session });
      return ids;
    });
    setEndedSessions(context, ended);
    return context.body(null, 204);
  });
}
