import type { OpenAPIHono } from "@hono/zod-openapi";
import { endOtherSessionsRoute, endSessionRoute, listSessionsRoute } from "@purrimeter/auth-api/sessions";
import type { AppEnvironment } from "../http/app-environment.ts";
import type { AuthService } from "../auth-service.ts";
import { guarded } from "../http/guarded.ts";
import { isoTime } from "../http/iso-time.ts";
import { problem } from "../http/problem.ts";
import { setEndedSessions } from "./set-ended-sessions.ts";

/** Adds listing and ending one's sessions. */
export function addSessionEndpoints(
  app: OpenAPIHono<AppEnvironment>,
  service: Pick<AuthService, "audit" | "sessions" | "tokens">,
): void {
  const { sessions, audit } = service;
  const ending = (account: string, end: () => Promise<readonly string[]>): Promise<readonly string[]> =>
    audit.act(async () => {
      const ended = await end();
      for (const session of ended) audit.record({ event: "session.ended", account, session });
      return ended;
    });

  app.openapi(guarded(service, listSessionsRoute), async (context) => {
    const { account, sid } = context.var.bearer;
    const items = (await sessions.list(account)).map(({ id, device, createdAt, refreshedAt }) => ({
      ...{ id, device, current: id === sid },
      ...{ createdAt: isoTime(createdAt), refreshedAt: isoTime(refreshedAt) },
    }));
    return context.json({ items }, 200);
  });

  app.openapi(guarded(service, endSessionRoute), async (context) => {
    const { account } = context.var.bearer;
    const ended = await ending(account, () => sessions.end([context.req.valid("param").id], account));
    if (ended.length === 0) return problem("not-found", "There is no such session, or it is not yours.");
    setEndedSessions(context, ended);
    return context.body(null, 204);
  });

  app.openapi(guarded(service, endOtherSessionsRoute), async (context) => {
    const { account, sid } = context.var.bearer;
    const ended = await ending(account, () => sessions.endAll(account, sid));
    setEndedSessions(context, ended);
    return context.body(null, 204);
  });
}
