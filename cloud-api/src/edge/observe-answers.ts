import { createHmac, randomBytes } from "node:crypto";
import type { Alarms } from "@purrimeter/service/alarm-engine";
import type { MiddlewareHandler } from "hono";
import { routeOf, subscriberKey } from "./edge.ts";

const HASH_BYTES = 8;

/** For names of networks that nobody can lead back to an address, also who reads the spool of alarms. */
const networkKey = randomBytes(32);

/** Stands for the network of an address, in this process. */
export function networkOf(address: string): string {
  const hash = createHmac("sha256", networkKey).update(subscriberKey(address)).digest();
  return hash.toString("hex", 0, HASH_BYTES);
}

/** Tells the rules of security of answers that an account gets which asks for what is not its own, or too much. */
export function observeAnswers({ alarms }: { readonly alarms: Alarms }): MiddlewareHandler {
  return async (context, next) => {
    await next();
    const { status } = context.res;
    // Absent when nobody was let in.
    const account = context.get("owner") as string | undefined;
    if (account === undefined) return;
    if (status === 429) alarms.observe({ event: "quota.requests", account });
    const object = status === 404 ? idsIn(context.req.path, routeOf(context)) : "";
    if (object !== "") alarms.observe({ event: "id.foreign", account, object });
  };
}

/** The first id that a path names; "" for a route without one. What lies below the same tag counts as the tag. */
function idsIn(path: string, route: string): string {
  const at = route.split("/").findIndex((part) => part.startsWith(":"));
  return at < 0 ? "" : (path.split("/")[at] ?? "");
}
