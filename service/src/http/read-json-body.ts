import type { Env, MiddlewareHandler } from "hono";
import { commonProblems } from "./common-problems.ts";
import { mediaTypeFault } from "./json-media-type.ts";
import type { ProblemError } from "./problem.ts";
import { readBody } from "./read-body.ts";
import { jsonFaultMessage, parseStrictJson } from "./strict-json.ts";
import type { JsonFault } from "./strict-json.ts";

/** Of a name that an answer repeats. */
const MAX_NAME_LENGTH = 64;

/** What a route reads. */
export interface JsonBodyLimits {
  readonly maxBytes: number;
  /** An object in an array is 2 deep. */
  readonly maxDepth: number;
}

function tooLarge(maxBytes: number): ProblemError {
  const message = `The body has more than ${maxBytes} bytes.`;
  return commonProblems.refuse("body-too-large", message, [{ field: "body", message, limit: maxBytes }]);
}

function malformed(fault: JsonFault, maxDepth: number): ProblemError {
  const message = jsonFaultMessage(fault, maxDepth);
  const field = "member" in fault ? fault.member.slice(0, MAX_NAME_LENGTH) : "body";
  const limit = fault.kind === "too-deep" ? maxDepth : undefined;
  return commonProblems.refuse("malformed-json", message, [{ field, message, limit }]);
}

function checkMediaType(headers: Headers): void {
  const fault = mediaTypeFault(headers);
  if (fault === undefined) return;
  const field = fault === "media-type" ? "Content-Type" : "Content-Encoding";
  const message = "Only application/json in UTF-8 without a content coding is read.";
  throw commonProblems.refuse("unsupported-media-type", message, [{ field, message }]);
}

/** The bytes of a body that says to be JSON and is not longer; they are not parsed. Throws a problem for any other. */
export async function readJsonBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  checkMediaType(request.headers);
  const bytes = await readBody(request, maxBytes);
  if (bytes === "too-large") throw tooLarge(maxBytes);
  return bytes;
}

async function jsonOf(request: Request, { maxBytes, maxDepth }: JsonBodyLimits): Promise<unknown> {
  const parsed = parseStrictJson(await readJsonBytes(request, maxBytes), maxDepth);
  if (!parsed.ok) throw malformed(parsed.fault, maxDepth);
  return parsed.value;
}

/** Reads the body of a route once, also when it comes in chunks, and throws a problem for what is not small, plain, unambiguous JSON. */
export function readJsonBody<E extends Env>(limits: JsonBodyLimits): MiddlewareHandler<E> {
  return async (context, next) => {
    const json = Promise.resolve(await jsonOf(context.req.raw, limits));
    // Hono reads the body from here and expects a promise, whatever the type of the cache says.
    Object.assign(context.req.bodyCache, { json });
    await next();
  };
}
