import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { ProblemError } from "@purrimeter/service/problem";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { BEARER_SECURITY, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import { subscriberKey } from "../edge/edge.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { orNotFound, tagParamsSchema } from "../lists/or-not-found.ts";
import { problem } from "../edge/problem.ts";
import { readLatest } from "../locations/read-shared.ts";

const EVENT_STREAM = "text/event-stream";

const DESCRIPTION = `Server-sent events. \`location\`: the newest location, as of /locations/latest, whenever there is
another; its id goes into Last-Event-ID when you come back, and what you have is not sent again. A comment every 15 s.
\`end\`: {"reason"} is session-ended, token-expired, not-found (the share or the ownership has ended) or going-away; come back
with a new token after token-expired and going-away only. An account has at most 8 streams, an address at most 125.`;

const liveRoute = createRoute({
  method: "get",
  path: "/tags/{id}/live",
  operationId: "followTag",
  summary: "Where a tag is, as it happens",
  description: DESCRIPTION,
  tags: ["locations"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema },
  responses: {
    200: { description: "The stream.", content: { [EVENT_STREAM]: { schema: z.string() } } },
    ...problemAnswers(...OWNER_PROBLEMS, "not-found"),
  },
});

function tooMany(): Error {
  const detail = "This account or this address has as many live streams as it can have, or the service has.";
  return new ProblemError(problem("too-many-requests", detail), { "Retry-After": "30" });
}

/** Without a cache, and without a proxy that waits for more. */
const HEADERS = { "Content-Type": EVENT_STREAM, "X-Accel-Buffering": "no" };

/** /v1/tags/{id}/live. */
export function liveRoutes(deps: Dependencies) {
  const app = new OpenAPIHono<Env>({ defaultHook: onInvalid });
  return app.openapi(liveRoute, async (c) => {
    const { id } = c.req.valid("param");
    const { owner: account, session, expiresS } = c.get("identity");
    const look = (as: "live" | "live-on") => readLatest(c.get("view"), deps.forViewer(account), id, as);
    const first = orNotFound(await look("live"));
    if (c.req.method === "HEAD") return c.body("", 200, HEADERS);
    const address = subscriberKey(c.get("clientAddress"));
    const read = () => look("live-on");
    const listener = { account, address, session, expiresS, read };
    const stream = deps.live.open(listener, first, c.req.header("last-event-id"));
    if (stream === "too-many") throw tooMany();
    return c.body(stream, 200, HEADERS);
  });
}
