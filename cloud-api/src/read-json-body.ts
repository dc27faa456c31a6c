import type { MiddlewareHandler } from "hono";
import type { Env } from "./dependencies.ts";
import { jsonStructureFault, MAX_JSON_DEPTH } from "./json-structure.ts";
import type { JsonStructureFault } from "./json-structure.ts";
import { refuse } from "./problem.ts";

function tooLarge(maxBytes: number): Error {
  const message = `The body has more than ${maxBytes} bytes.`;
  return refuse("body-too-large", message, [{ field: "body", message, limit: maxBytes }]);
}

async function readBytes(request: Request, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (request.body === null) return Buffer.alloc(0);
  for await (const chunk of request.body as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refuse("malformed-json", "The body is not UTF-8.", [{ field: "body", message: "not UTF-8" }]);
  }
}

/** Says where and what, without repeating the text: it may hold a password. */
function syntaxMessage(text: string): string {
  if (text.trim() === "") return "The body is empty; it must be a JSON object.";
  if (/(?:^|[[,:\s])[-+]?(?:NaN|Infinity)\b/.test(text))
    return "JSON has no NaN and no Infinity: numbers are finite.";
  return "The body is not valid JSON (RFC 8259).";
}

function structureMessage(fault: JsonStructureFault): string {
  switch (fault.kind) {
    case "too-deep":
      return `The body is nested deeper than ${MAX_JSON_DEPTH}.`;
    case "duplicate-member":
      return "A member comes twice in one object.";
    case "forbidden-member":
      return "A member may not have this name.";
  }
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    const message = syntaxMessage(text);
    throw refuse("malformed-json", message, [{ field: "body", message }]);
  }
  const fault = jsonStructureFault(text);
  if (fault === undefined) return;
  const message = structureMessage(fault);
  const field = fault.kind === "too-deep" ? "body" : fault.member;
  const limit = fault.kind === "too-deep" ? MAX_JSON_DEPTH : undefined;
  throw refuse("malformed-json", message, [{ field, message, limit }]);
}

function checkMediaType(headers: Headers): void {
  const mediaType = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  const coding = headers.get("content-encoding") ?? "identity";
  if (mediaType === "application/json" && coding === "identity") return;
  const field = mediaType === "application/json" ? "Content-Encoding" : "Content-Type";
  const message = "Only application/json without a content coding is read.";
  throw refuse("unsupported-media-type", message, [{ field, message }]);
}

/** Reads the body of a route once, at most `maxBytes` also when it comes in chunks, and refuses what is no plain JSON. */
export function readJsonBody(maxBytes: number): MiddlewareHandler<Env> {
  return async (context, next) => {
    checkMediaType(context.req.raw.headers);
    const text = textOf(await readBytes(context.req.raw, maxBytes));
    checkJson(text);
    // Hono reads the body from here and expects a promise, whatever the type of the cache says.
    Object.assign(context.req.bodyCache, { text: Promise.resolve(text) });
    await next();
  };
}
