import { mediaTypeFault } from "@purrimeter/service/json-media-type";
import { readBody } from "@purrimeter/service/read-body";
import { jsonFaultMessage, parseStrictJson } from "@purrimeter/service/strict-json";
import type { JsonFault } from "@purrimeter/service/strict-json";
import type { MiddlewareHandler } from "hono";
import type { Env } from "../dependencies.ts";
import { refuse } from "./problem.ts";

/** Deeper than any body of this API: a geofence needs 5. */
const MAX_JSON_DEPTH = 16;

/** Of a name that an answer repeats. */
const MAX_NAME_LENGTH = 64;

function tooLarge(maxBytes: number): Error {
  const message = `The body has more than ${maxBytes} bytes.`;
  return refuse("body-too-large", message, [{ field: "body", message, limit: maxBytes }]);
}

function malformed(fault: JsonFault): Error {
  const message = jsonFaultMessage(fault, MAX_JSON_DEPTH);
  const field = "member" in fault ? fault.member.slice(0, MAX_NAME_LENGTH) : "body";
  const limit = fault.kind === "too-deep" ? MAX_JSON_DEPTH : undefined;
  return refuse("malformed-json", message, [{ field, message, limit }]);
}

function checkMediaType(headers: Headers): void {
  const fault = mediaTypeFault(headers);
  if (fault === undefined) return;
  const field = fault === "media-type" ? "Content-Type" : "Content-Encoding";
  const message = "Only application/json without a content coding is read.";
  throw refuse("unsupported-media-type", message, [{ field, message }]);
}

/** Reads the body of a route once, at most `maxBytes` also when it comes in chunks, and refuses what is no plain JSON. */
export function readJsonBody(maxBytes: number): MiddlewareHandler<Env> {
  return async (context, next) => {
    checkMediaType(context.req.raw.headers);
    const bytes = await readBody(context.req.raw, maxBytes);
    if (bytes === "too-large") throw tooLarge(maxBytes);
    const parsed = parseStrictJson(bytes, MAX_JSON_DEPTH);
    if (!parsed.ok) throw malformed(parsed.fault);
    // Hono reads the body from here and expects a promise, whatever the type of the cache says.
    Object.assign(context.req.bodyCache, { json: Promise.resolve(parsed.value) });
    await next();
  };
}
