import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Scope } from "@purrimeter/auth-api/access-tokens";
import type { TagId } from "@purrimeter/protocol/values";
import { ProblemError } from "@purrimeter/service/problem";
import { onInvalid } from "@purrimeter/service/on-invalid";
import { BEARER_SECURITY, OWNER_PROBLEMS, problemAnswers } from "../edge/answers.ts";
import { subscriberKey } from "../edge/edge.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { MAX_CURSOR_LENGTH } from "../lists/cursors.ts";
import { notFound, tagParamsSchema } from "../lists/or-not-found.ts";
import { problem } from "../edge/problem.ts";
import { alertBody } from "../alerts/alert-body.ts";
import { alertReader } from "../alerts/alert-reader.ts";
import type { Identity } from "../edge/access-tokens.ts";
import { LiveFollower, type LiveRights } from "./live-follower.ts";
import { LivePositions } from "./live-positions.ts";
import type { Listener } from "./live-stream.ts";

const EVENT_STREAM = "text/event-stream";

const EVENTS = `It begins with the present state. \`location\`: as of /locations/latest, in the order in which the cloud stored them, so
that one which the tag sent late comes late, with its own \`at\`. \`event\`: a transition, as of /events. \`settings\`: {tag, lastHeardAt,
battery, settings}, as of a tag, when something of it changes. \`command\`: {tag, ...} as of /commands, in each new state. \`alert\`: as
of /alerts, when it is made. A viewer gets locations that the share shows, alerts and commands of their own. A personal access token needs
tags:read for \`settings\`, tags:command for \`command\`, alerts:read for \`alert\`.

The id of an event goes into Last-Event-ID when you come back: within an hour nothing is left out and nothing comes twice, but
\`settings\`, which are a state. \`reset\`: {reason}, \`unknown\` or \`too-old\`: what came since is not known, and the present state
follows. A comment with a new id every 15 s. Who does not read for 10 s is cut.

\`end\`: {"reason"} is session-ended, token-expired, not-found (the share or the ownership has ended), slow or going-away; come back
with a new token after token-expired, slow and going-away only. An account has at most 8 streams, an address at most 125.`;

const answers = {
  200: { description: "The stream.", content: { [EVENT_STREAM]: { schema: z.string() } } },
};

const tagRoute = createRoute({
  method: "get",
  path: "/tags/{id}/live",
  operationId: "followTag",
  summary: "What a tag does, as it happens",
  description: `Server-sent events. ${EVENTS}`,
  tags: ["locations"],
  security: BEARER_SECURITY,
  request: { params: tagParamsSchema },
  responses: { ...answers, ...problemAnswers(...OWNER_PROBLEMS, "not-found") },
});

const accountRoute = createRoute({
  method: "get",
  path: "/live",
  operationId: "followTags",
  summary: "What all of one's tags do, as it happens",
  description: `Server-sent events of all tags that the account owns or may look at, also of those that become so later; at most 200. As
of /tags/{id}/live, with \`tag\` in each. \`end\` with a \`tag\` ends the news of that one. ${EVENTS}`,
  tags: ["locations"],
  security: BEARER_SECURITY,
  responses: { ...answers, ...problemAnswers(...OWNER_PROBLEMS) },
});

function tooMany(): Error {
  const detail = "This account or this address has as many live streams as it can have, or the service has.";
  return new ProblemError(problem("too-many-requests", detail), { "Retry-After": "30" });
}

/** Without a cache, and without a proxy that waits for more. */
const HEADERS = { "Content-Type": EVENT_STREAM, "X-Accel-Buffering": "no" };

function listenerOf(
  c: Context<Env>,
  { positions, follower }: { readonly positions: LivePositions; readonly follower: LiveFollower },
): Listener {
  const { owner: account, session, expiresS } = c.get("identity");
  const scope = { owner: account, ...(follower.tag !== undefined && { tag: follower.tag }) };
  return {
    account,
    session,
    expiresS,
    follower,
    address: subscriberKey(c.get("clientAddress")),
    seal: (position) => positions.seal(scope, position),
    alertBodies: async (alerts) => {
      const reader = await alertReader(alerts, c);
      return alerts.map((alert) => alertBody(alert, reader));
    },
    hangUp: () => void c.env?.incoming?.socket.destroy(),
  };
}

/** What the routes of these things need of a personal access token. */
function rightsOf({ scopes }: Identity): LiveRights {
  const may = (scope: Scope): boolean => scopes?.includes(scope) ?? true;
  return { settings: may("tags:read"), commands: may("tags:command"), alerts: may("alerts:read") };
}

/** /v1/tags/{id}/live and /v1/live. */
export function liveRoutes(deps: Dependencies) {
  const positions = new LivePositions(deps.cursors, deps.now);
  const follow = async (c: Context<Env>, tag?: TagId): Promise<Response> => {
    const { owner } = c.get("identity");
    const [view, may] = [c.get("view"), rightsOf(c.get("identity"))];
    const follower = new LiveFollower({ owner: view, viewer: deps.forViewer(owner), tag, may });
    if (tag !== undefined && (await follower.tags()).length === 0) throw notFound();
    if (c.req.method === "HEAD") return c.body("", 200, HEADERS);
    const sent = c.req.header("last-event-id");
    const scope = { owner, ...(tag !== undefined && { tag }) };
    const isEmpty = sent === undefined || sent === "";
    const resumed = isEmpty
      ? undefined
      : sent.length > MAX_CURSOR_LENGTH
        ? "unknown"
        : positions.open(scope, sent);
    const stream = await deps.live.open(listenerOf(c, { positions, follower }), resumed);
    if (stream === "too-many") throw tooMany();
    return c.body(stream, 200, HEADERS);
  };
  return new OpenAPIHono<Env>({ defaultHook: onInvalid })
    .openapi(tagRoute, (c) => follow(c, c.req.valid("param").id))
    .openapi(accountRoute, (c) => follow(c));
}
