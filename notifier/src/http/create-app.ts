import type { HttpBindings } from "@hono/node-server";
import { COMMON_PROBLEM_TYPES, commonProblems } from "@purrimeter/service/common-problems";
import { fieldErrors } from "@purrimeter/service/field-errors";
import { errorCode, type Log } from "@purrimeter/service/log";
import { hungUpAnswer } from "@purrimeter/service/hung-up";
import { allowedMethods } from "@purrimeter/service/allowed-methods";
import { peerName } from "@purrimeter/service/peer-name";
import { internalErrorAnswer, noRouteAnswer, problemAnswer } from "@purrimeter/service/problem-answer";
import { problemsOf } from "@purrimeter/service/problem";
import { readJsonBody } from "@purrimeter/service/read-json-body";
import type { RequestLog } from "@purrimeter/service/request-log";
import type { Time } from "@purrimeter/service/time";
import { Hono, type MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import {
  attemptSchema,
  MAX_ATTEMPT_BYTES,
  MAX_ATTEMPT_DEPTH,
  type Attempt,
  type Caller,
} from "../attempt.ts";
import type { Attempts } from "../attempts/attempts.ts";

type Environment = { Bindings: HttpBindings };

/** Who may do what. */
const MAY = {
  attempt: ["alerts", "auth"],
  readPushKey: ["alerts", "cloud-api"],
} as const satisfies Record<string, readonly Caller[]>;

const problems = problemsOf({
  ...COMMON_PROBLEM_TYPES,
  "not-for-caller": {
    status: 403,
    title: "Not for this service",
    description: "The certificate's name says which service calls; this one does not need the route.",
  },
});

/** Of a caller that is told to come back: attempts take about so long. */
const BUSY_S = "1";

/** What answers are made of. */
export interface AppParts {
  readonly attempts: Pick<Attempts, "make">;
  /** Of push messages, base64url. */
  readonly pushKey: string;
  readonly log: Log;
  readonly requests: RequestLog;
  readonly time: Pick<Time, "monotonicMs">;
}

/** The routes, as one handler of requests. */
export function createApp({ attempts, pushKey, log, requests, time }: AppParts): Hono<Environment> {
  const app = new Hono<Environment>();
  app.use(recorded(requests, time));
  app.get("/push-key", only(MAY.readPushKey), (context) => context.json({ key: pushKey }));
  const body = readJsonBody<Environment>({ maxBytes: MAX_ATTEMPT_BYTES, maxDepth: MAX_ATTEMPT_DEPTH });
  app.post("/attempts", only(MAY.attempt), body, async (context) => {
    const result = await attempts.make(attemptOf(await context.req.json()));
    if (result !== "busy") return context.json(result);
    throw commonProblems.refuse("unavailable", "Too many messages to this host are under way.", undefined, {
      "retry-after": BUSY_S,
    });
  });
  const methodsOf = allowedMethods(app);
  app.notFound((context) => noRouteAnswer(methodsOf(context.req.path), "There is nothing at this path."));
  app.onError((error) => problemAnswer(error) ?? hungUpAnswer(error) ?? failed(error, log));
  return app;
}

function attemptOf(body: unknown): Attempt {
  const parsed = attemptSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const errors = fieldErrors(parsed.error.issues, "body");
  throw commonProblems.refuse("invalid-request", "The attempt is not valid.", errors);
}

/** Node's TLS has verified the chain and the listener the name; each route asks for its own. */
function only(callers: readonly string[]): MiddlewareHandler<Environment> {
  return async (context, next) => {
    const name = peerName(context.env.incoming.socket);
    if (name === undefined || !callers.includes(name))
      throw problems.refuse("not-for-caller", "The service that calls does not need this.");
    await next();
  };
}

function failed(error: Error, log: Log): Response {
  log.error("request failed", { event: "request.failed", code: errorCode(error), reason: error.name });
  return internalErrorAnswer();
}

function recorded(requests: RequestLog, time: Pick<Time, "monotonicMs">): MiddlewareHandler<Environment> {
  return async (context, next) => {
    const beganMs = time.monotonicMs();
    await next();
    const durationMs = Math.round(time.monotonicMs() - beganMs);
    const route = routePath(context, -1);
    // Those that were taken are in the metrics: one for each message would be much for a log.
    if (context.res.status >= 400)
      requests.record({ route, method: context.req.method, status: context.res.status, durationMs });
  };
}
