import type { MiddlewareHandler } from "hono";
import { problem } from "./problem.ts";
import { parseStrictJson } from "./strict-json.ts";
import type { JsonRefusal } from "./strict-json.ts";

/** The largest body here is a mail address, a password and a token. */
export const MAX_BODY_BYTES = 4_096;

/** A browser's answer about a passkey nests four deep. */
const MAX_DEPTH = 5;

const REFUSALS: Readonly<Record<JsonRefusal, string>> = {
  "not-utf8": "The body is not UTF-8.",
  "not-json": "The body is not JSON (RFC 8259).",
  "too-deep": "The body is nested too deep.",
  "duplicate-key": "A member comes twice in one object.",
};

function tooLarge(): Response {
  const message = `The body has more than ${MAX_BODY_BYTES} bytes.`;
  return problem("body-too-large", message, [{ field: "body", message, limit: MAX_BODY_BYTES }]);
}

/** All bytes of the body, or undefined as soon as there are too many, announced or not. */
async function readBytes(request: Request): Promise<Buffer | undefined> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) return undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function isPlainJson(headers: Headers): boolean {
  const mediaType = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  return mediaType === "application/json" && (headers.get("content-encoding") ?? "identity") === "identity";
}

/**
 * Reads the body once, and refuses what is no plain, small, unambiguous JSON before anything else looks at it. An empty
 * body passes as `{}`: the route's schema says what is missing.
 */
export const readJsonBody: MiddlewareHandler = async (context, next) => {
  const bytes = await readBytes(context.req.raw);
  if (!bytes) return tooLarge();
  if (bytes.length > 0 && !isPlainJson(context.req.raw.headers))
    return problem("unsupported-media-type", "Send application/json without a content coding.");
  const parsed = parseStrictJson(bytes.length === 0 ? Buffer.from("{}") : bytes, MAX_DEPTH);
  if (!parsed.ok) return problem("malformed-json", REFUSALS[parsed.reason]);
  context.req.bodyCache.json = Promise.resolve(parsed.value) as never;
  return next();
};
