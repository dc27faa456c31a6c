import type { MiddlewareHandler } from "hono";
import type { AppEnvironment } from "../http/app-environment.ts";
import type { AuthService } from "../auth-service.ts";
import { problem } from "../http/problem.ts";

const BEARER = /^Bearer +([\w\-.~+/]+=*)$/iu;

/**
 * Lets the owner of a session through: a valid access token whose session goes on at this moment. Personal access
 * tokens are refused: what they may do never includes the account itself.
 */
export function requireBearer({
  tokens,
  sessions,
}: Pick<AuthService, "sessions" | "tokens">): MiddlewareHandler<AppEnvironment> {
  return async (context, next) => {
    const token = BEARER.exec(context.req.header("authorization") ?? "")?.[1];
    const bearer = token === undefined ? undefined : await tokens.verify(token);
    if (!bearer) return problem("unauthenticated", "Send a valid access token.");
    if (bearer.isPersonal)
      return problem("forbidden", "A personal access token cannot be used for the account itself.");
    if (!(await sessions.isLive(bearer.account, bearer.sid)))
      return problem("unauthenticated", "The session of the access token has ended.");
    context.set("bearer", bearer);
    return next();
  };
}
