import { ALERTS_NAME, API_NAME, contactRoute } from "@purrimeter/auth-api/internal";
import { peerName } from "@purrimeter/service/peer-name";
import type { MiddlewareHandler } from "hono";
import type { AppEnvironment } from "./app-environment.ts";
import { problem } from "./problem.ts";

/** Lets each service call its own routes only: addresses are for alerts, everything else is for the API. */
export const knownCaller: MiddlewareHandler<AppEnvironment> = async (context, next) => {
  const name = peerName(context.env.incoming.socket);
  const expected = context.req.path === contactRoute.path ? ALERTS_NAME : API_NAME;
  if (name !== expected) return problem("forbidden", "The service that calls does not need this.");
  return next();
};
