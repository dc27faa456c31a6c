import type { Context } from "hono";
import { readJsonBytes } from "@purrimeter/service/read-json-body";
import { MAX_BODY_BYTES } from "@purrimeter/auth-api/limits";
import type { Env } from "../dependencies.ts";
import { sentDeviceMark } from "./session-cookies.ts";
import { accessTokenOf } from "../edge/access-token-of.ts";
import type { AuthCall } from "../edge/auth-service.ts";

/** What is needed of a route's definition to pass its requests on. */
export interface AccountRoute {
  readonly method: "get" | "post" | "delete";
  readonly path: string;
  readonly security?: unknown;
  readonly request?: { readonly body?: object };
}

/** A request whose body is what the client sent. */
export type AccountCall = AuthCall & { readonly body?: Uint8Array };

const METHODS = { get: "GET", post: "POST", delete: "DELETE" } as const;

/** A part of the request that the route's schema has let through; undefined where the route has no such part. */
function valid(context: Context<Env>, part: "param" | "query"): object | undefined {
  return context.req.valid(part as never);
}

/** The path at the authentication service, made from what was validated and not from what was sent. */
function pathOf(context: Context<Env>, { path }: AccountRoute): string {
  const params = new Map<string, unknown>(Object.entries(valid(context, "param") ?? {}));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(params.get(name))),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(valid(context, "query") ?? {})) query.set(name, String(value));
  return query.size === 0 ? filled : `${filled}?${query.toString()}`;
}

/**
 * The request for the authentication service: the client's address, its access token where the route needs a session, the mark
 * of its device, and its body as it was sent. No other header of the client's goes with it. Throws a problem for a body that is too large or not JSON.
 */
export async function accountRequest(context: Context<Env>, route: AccountRoute): Promise<AccountCall> {
  const accessToken = route.security === undefined ? undefined : accessTokenOf(context);
  const deviceMark = sentDeviceMark(context);
  const hasBody = route.request?.body !== undefined;
  const body = hasBody ? await readJsonBytes(context.req.raw, MAX_BODY_BYTES) : undefined;
  return {
    method: METHODS[route.method],
    path: pathOf(context, route),
    clientAddress: context.get("clientAddress"),
    ...(accessToken !== undefined && { accessToken }),
    ...(deviceMark !== undefined && { deviceMark }),
    ...(body !== undefined && { body }),
  };
}
