import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Account } from "./accounts.ts";
import type { AppEnvironment } from "./app-environment.ts";
import type { AuthService } from "./auth-service.ts";
import { ACCESS_TOKEN_LIFETIME_S, ENDED_SESSIONS_HEADER } from "./gateway-interface.ts";
import { logIn } from "./log-in.ts";
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "./password-policy.ts";
import type { PasswordRefusal } from "./password-policy.ts";
import { busy, invalidField, problem, tooManyRequests } from "./problem.ts";
import type { Problem } from "./problem.ts";
import { register } from "./register.ts";
import { loginRoute, logoutRoute, refreshRoute, registerRoute } from "./token-routes.ts";

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
}

/** Adds register, login, refresh and logout. */
export function addTokenEndpoints(app: OpenAPIHono<AppEnvironment>, service: AuthService): void {
  app.openapi(registerRoute, async (context) => {
    const { email: mail, password } = context.req.valid("json");
    const outcome = await register(service, { mail, password, address: context.var.address });
    switch (outcome.kind) {
      case "registered":
        return context.json(await beginSession(context, service, outcome.account), 201);
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

  app.openapi(loginRoute, async (context) => {
    const { email: mail, password } = context.req.valid("json");
    const outcome = await logIn(service, { mail, password, address: context.var.address });
    switch (outcome.kind) {
      case "accepted":
        return context.json(await beginSession(context, service, outcome.account), 200);
      case "refused":
        service.log.info("login refused", { event: "login.refused" });
        return problem("wrong-credentials", "The address or the password is wrong.");
      case "throttled":
        service.log.warn("login throttled", { event: "login.throttled" });
        return tooManyRequests(outcome.retryAfterS);
      case "busy":
        return busy();
    }
  });

  app.openapi(refreshRoute, async (context) => {
    const outcome = await service.sessions.refresh(context.req.valid("json").refreshToken);
    if (outcome.kind === "refreshed") {
      const account = await service.accounts.findById(outcome.session.account);
      if (account) return context.json(await tokensOf(service, account, outcome.session), 200);
    }
    const headers = outcome.kind === "ended" ? { [ENDED_SESSIONS_HEADER]: outcome.sid } : {};
    if (outcome.kind === "ended")
      service.log.warn("session ended by its refresh token", {
        event: "session.ended",
        reason: outcome.reason,
      });
    return problem(
      "wrong-credentials",
      "The refresh token is not accepted; log in again.",
      undefined,
      headers,
    );
  });

  app.openapi(logoutRoute, async (context) => {
    const sid = service.sessions.sessionOf(context.req.valid("json").refreshToken);
    sayEnded(context, await service.sessions.end(sid === undefined ? [] : [sid]));
    return context.body(null, 204);
  });
}

async function beginSession(context: Context, service: AuthService, account: Account): Promise<Tokens> {
  const session = await service.sessions.begin(account.id);
  sayEnded(context, session.ended);
  return tokensOf(service, account, session);
}

async function tokensOf(
  service: AuthService,
  account: Account,
  session: { readonly sid: string; readonly refreshToken: string },
): Promise<Tokens> {
  const accessToken = await service.tokens.issue(account, session.sid);
  return { accessToken, refreshToken: session.refreshToken, expiresIn: ACCESS_TOKEN_LIFETIME_S };
}

function sayEnded(context: Context, sids: readonly string[]): void {
  if (sids.length > 0) context.header(ENDED_SESSIONS_HEADER, sids.join(","));
}

function weakPassword(reason: NonNullable<PasswordRefusal>): Problem {
  const field = "password";
  switch (reason) {
    case "too-short":
      return invalidField({
        field,
        message: `At least ${MIN_PASSWORD_LENGTH} characters.`,
        limit: MIN_PASSWORD_LENGTH,
      });
    case "too-long":
      return invalidField({
        field,
        message: `At most ${MAX_PASSWORD_LENGTH} characters.`,
        limit: MAX_PASSWORD_LENGTH,
      });
    case "common":
      return invalidField({ field, message: "This password is among the first that somebody would guess." });
  }
}
