import type { Context, TypedResponse } from "hono";
import type { z } from "@hono/zod-openapi";
import { ProblemError } from "@purrimeter/service/problem";
import { accessTokenOf } from "../edge/access-token-of.ts";
import type { AuthAnswer, AuthCall } from "../edge/auth-service.ts";
import type { Dependencies, Env } from "../dependencies.ts";
import { ownProblem } from "./own-problem.ts";
import { problem } from "../edge/problem.ts";

/** What is needed of a route's definition to hand its requests on. */
export interface AuthRoute {
  readonly method: "get" | "post" | "delete";
  readonly path: string;
  /** Routes that need a session hand its access token on. */
  readonly security?: unknown;
  readonly responses: Readonly<Record<number, object>>;
}

/** An answer that fits every route: what it holds was parsed by the route's own schema. */
export type Forwarded = Response & TypedResponse<never, never, never>;

const METHODS = { get: "GET", post: "POST", delete: "DELETE" } as const;

/** A part of the request that the route's schema has let through; undefined where the route has no such part. */
function valid(context: Context<Env>, part: "json" | "param" | "query"): unknown {
  return context.req.valid(part as never);
}

/** The path at the service, made from what was validated and not from what was sent. */
function pathOf(context: Context<Env>, { path }: AuthRoute): string {
  const params = (valid(context, "param") ?? {}) as Record<string, string>;
  const query = Object.entries((valid(context, "query") ?? {}) as Record<string, number>);
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  if (query.length === 0) return filled;
  return `${filled}?${query.map(([name, value]) => `${name}=${value}`).join("&")}`;
}

/** The request for the service. */
export function authCall(context: Context<Env>, route: AuthRoute): AuthCall {
  const body = valid(context, "json");
  const token = route.security === undefined ? undefined : accessTokenOf(context);
  return {
    method: METHODS[route.method],
    path: pathOf(context, route),
    clientAddress: context.get("clientAddress"),
    ...(token !== undefined && { accessToken: token }),
    ...(body !== undefined && { body }),
  };
}

/** The body of a success; throws the service's problem as one of ours. */
export function bodyOf(answer: AuthAnswer, route: AuthRoute): unknown {
  if (answer.kind === "unavailable")
    throw new ProblemError(problem("unavailable", "The authentication service does not answer."), {
      "Retry-After": "1",
    });
  if (answer.status < 300) return answer.body;
  throw ownProblem(answer, (status) => status in route.responses);
}

/** Status and schema of the route's success. */
export function successOf({ responses }: AuthRoute): { status: number; schema: z.ZodType | undefined } {
  const [status = "500", response] = Object.entries(responses).find(([name]) => name < "300") ?? [];
  const { content } = (response ?? {}) as { content?: Record<string, { readonly schema: z.ZodType }> };
  return { status: Number(status), schema: content?.["application/json"]?.schema };
}

/** Hands a route's requests to the authentication service and answers with what the route declares, nothing more. */
export function forward(deps: Dependencies, route: AuthRoute): (context: Context<Env>) => Promise<Forwarded> {
  const { status, schema } = successOf(route);
  return async (context) => {
    const body = bodyOf(await deps.auth.call(authCall(context, route)), route);
    const answer =
      schema === undefined
        ? context.body(null, status as 204)
        : context.json(schema.parse(body), status as 200);
    return answer as unknown as Forwarded;
  };
}
