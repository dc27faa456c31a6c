import { mediaTypeFault } from "@purrimeter/service/json-media-type";
import { readBody } from "@purrimeter/service/read-body";
import { jsonFaultMessage, parseStrictJson } from "@purrimeter/service/strict-json";
import type { MiddlewareHandler } from "hono";
import { problem } from "./problem.ts";

/** The largest body here is a browser's answer about a passkey. */
export const MAX_BODY_BYTES = 4_096;

/** Such an answer nests four deep, in a body that holds more. */
const MAX_DEPTH = 5;

function tooLarge(): Response {
  const message = `The body has more than ${MAX_BODY_BYTES} bytes.`;
  return problem("body-too-large", message, [{ field: "body", message, limit: MAX_BODY_BYTES }]);
}

/**
 * Reads the body once, and refuses what is no plain, small, unambiguous JSON before anything else looks at it. An empty
 * body passes as `{}`: the route's schema says what is missing.
 */
export const readJsonBody: MiddlewareHandler = async (context, next) => {
  const bytes = await readBody(context.req.raw, MAX_BODY_BYTES);
  if (bytes === "too-large") return tooLarge();
  if (bytes.length > 0 && mediaTypeFault(context.req.raw.headers) !== undefined)
    return problem("unsupported-media-type", "Send application/json without a content coding.");
  const parsed = parseStrictJson(bytes.length === 0 ? Buffer.from("{}") : bytes, MAX_DEPTH);
  if (!parsed.ok) return problem("malformed-json", jsonFaultMessage(parsed.fault, MAX_DEPTH));
  context.req.bodyCache.json = Promise.resolve(parsed.value) as never;
  return next();
};
