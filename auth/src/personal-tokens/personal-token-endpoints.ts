import type { OpenAPIHono } from "@hono/zod-openapi";
import { ACCESS_TOKEN_LIFETIME_S } from "@purrimeter/auth-api/access-tokens";
import {
  endPersonalTokenRoute,
  listPersonalTokensRoute,
  makePersonalTokenRoute,
} from "@purrimeter/auth-api/personal-tokens";
import { exchangeRoute } from "@purrimeter/auth-api/internal";
import type { AppEnvironment } from "../http/app-environment.ts";
import type { AuthService } from "../auth-service.ts";
import { guarded, guardedVerified } from "../http/guarded.ts";
import type { GuardParts } from "../http/guarded.ts";
import { confirmOwner } from "../login/confirm-owner.ts";
import type { ConfirmOwnerParts } from "../login/confirm-owner.ts";
import { isoTime } from "../http/iso-time.ts";
import { problem, tooManyRequests } from "../http/problem.ts";
import { setEndedSessions } from "../sessions/set-ended-sessions.ts";
import { MAX_PERSONAL_TOKENS } from "./personal-tokens.ts";

type App = OpenAPIHono<AppEnvironment>;
type ListParts = GuardParts & Pick<AuthService, "audit" | "personalTokens">;
type MakingParts = ListParts & ConfirmOwnerParts & Pick<AuthService, "now">;

const DAY_S = 86_400;

/** Adds making, listing, ending and exchanging personal access tokens. */
export function addPersonalTokenEndpoints(app: App, service: MakingParts): void {
  addMaking(app, service);
  addListing(app, service);
  addEnding(app, service);
  addExchange(app, service);
}

function addMaking(app: App, service: MakingParts): void {
  app.openapi(guardedVerified(service, makePersonalTokenRoute), async (context) => {
    const { account } = context.var.bearer;
    const { name, scopes, expiresInDays, ...proof } = context.req.valid("json");
    const confirmation = await confirmOwner(service, context.var.bearer, proof, context.var.address);
    if ("refusal" in confirmation) return confirmation.refusal;
    const expiresAt = service.now() + expiresInDays * DAY_S;
    const made = await service.audit.act(async () => {
      const outcome = await service.personalTokens.make({ account, name, scopes, expiresAt });
      if (outcome !== "too-many")
        service.audit.record({ event: "personal-token.made", account, session: outcome.id });
      return outcome;
    });
    if (made === "too-many")
      return problem("conflict", `An account has at most ${MAX_PERSONAL_TOKENS} personal access tokens.`);
    return context.json({ ...made, expiresAt: isoTime(expiresAt) }, 201);
  });
}

function addListing(app: App, service: ListParts): void {
  app.openapi(guarded(service, listPersonalTokensRoute), async (context) => {
    const tokens = await service.personalTokens.list(context.var.bearer.account);
    const items = tokens.map(({ id, name, scopes, createdAt, expiresAt, usedAt }) => ({
      ...{ id, name, scopes: [...scopes], createdAt: isoTime(createdAt), expiresAt: isoTime(expiresAt) },
      usedAt: usedAt === 0 ? null : isoTime(usedAt),
    }));
    return context.json({ items }, 200);
  });
}

function addEnding(app: App, service: ListParts): void {
  app.openapi(guarded(service, endPersonalTokenRoute), async (context) => {
    const { account } = context.var.bearer;
    const ended = await service.audit.act(async () => {
      const ids = await service.personalTokens.end(account, context.req.valid("param").id);
      for (const session of ids) service.audit.record({ event: "personal-token.ended", account, session });
      return ids;
    });
    if (ended.length === 0) return problem("not-found", "There is no such token, or it is not yours.");
    setEndedSessions(context, ended);
    return context.body(null, 204);
  });
}

function addExchange(app: App, service: MakingParts): void {
  app.openapi(guarded(service, exchangeRoute), async (context) => {
    const retryAfterS = service.throttle.exchange(context.var.address);
    if (retryAfterS > 0) return tooManyRequests(retryAfterS);
    const personal = await service.personalTokens.use(context.req.valid("json").token);
    const account = personal && (await service.accounts.findById(personal.account));
    if (!account) return problem("unauthenticated", "The personal access token is not valid.");
    const expiresIn = Math.min(ACCESS_TOKEN_LIFETIME_S, personal.expiresAt - service.now());
    const { id, scopes } = personal;
    return context.json(
      { accessToken: await service.tokens.issueScoped(account.id, id, scopes, expiresIn), expiresIn },
      200,
    );
  });
}
