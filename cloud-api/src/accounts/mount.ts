import type { OpenAPIHono, RouteConfig } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ContentfulStatusCode, StatusCode } from "hono/utils/http-status";
import type { Env } from "../dependencies.ts";
import type { AuthService } from "../edge/auth-service.ts";
import { declaredAnswer } from "../edge/declared-answer.ts";
import type { Answered, DeclaredRoute } from "../edge/declared-answer.ts";
import { accountRequest } from "./account-request.ts";
import type { AccountRoute } from "./account-request.ts";
import { passDeviceMark } from "./session-cookies.ts";

/** Answers the requests of a route. */
export type Handler = (context: Context<Env>) => Promise<Response>;

/** A route of the contract. */
export type ContractRoute = RouteConfig & AccountRoute & DeclaredRoute;

/** Puts the route into the document as the contract has it, and its requests to the handler without reading their bodies. */
export function mount(app: OpenAPIHono<Env>, route: ContractRoute, handler: Handler): void {
  const request = { ...route.request };
  delete request.body;
  app.openAPIRegistry.registerPath(route);
  app.openapi({ ...route, request, hide: true }, handler);
}

/** Passes a request on. Gives the answer, when the route declares it. */
export async function ask(
  auth: Pick<AuthService, "call">,
  context: Context<Env>,
  route: ContractRoute,
): Promise<Answered> {
  return declaredAnswer(route, await auth.call(await accountRequest(context, route)));
}

/** Passes an answer on as it is. */
export function passOn(context: Context<Env>, answer: Answered): Response {
  const { status, text, mediaType, retryAfter, challenge } = answer;
  passDeviceMark(context, answer.deviceMark);
  if (retryAfter !== undefined) context.header("Retry-After", retryAfter);
  if (challenge !== undefined) context.header("WWW-Authenticate", challenge);
  if (mediaType === undefined || text === "") return context.body(null, status as StatusCode);
  return context.body(text, status as ContentfulStatusCode, { "Content-Type": mediaType });
}
