/** Why a body is not taken as JSON. */
export type JsonRefusal = "not-utf8" | "not-json" | "too-deep" | "duplicate-key";

/** A parsed body or the reason why there is none. */
export type ParsedJson =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: JsonRefusal };

const STRING = /"(?:[^"\\\u0000-\u001f]|\\.)*"/uy;

/**
 * Parses JSON, refusing what readers disagree about (RFC 8259, 4: names should be unique; 8.1: UTF-8) and nesting
 * deeper than `maxDepth` (an object in an array is 2 deep). Keys are compared after their escapes are resolved.
 */
export function parseStrictJson(bytes: Uint8Array, maxDepth: number): ParsedJson {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { ok: false, reason: "not-utf8" };
  }
  const reason = refuseStructure(text, maxDepth);
  if (reason) return { ok: false, reason };
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    return { ok: false, reason: "not-json" };
  }
}

/** Finds depth and duplicate keys in one pass; whatever else is wrong is left to JSON.parse. */
function refuseStructure(text: string, maxDepth: number): JsonRefusal | undefined {
  const keysOf: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "{" || character === "[") {
      keysOf.push(character === "{" ? new Set() : undefined);
      if (keysOf.length > maxDepth) return "too-deep";
    } else if (character === "}" || character === "]") {
      keysOf.pop();
    } else if (character === '"') {
      STRING.lastIndex = at;
      const literal = STRING.exec(text)?.[0];
      if (literal === undefined) return "not-json";
      at += literal.length - 1;
      if (isKey(text, at + 1) && !addKey(keysOf.at(-1), literal)) return "duplicate-key";
    }
  }
  return undefined;
}

function isKey(text: string, after: number): boolean {
  let at = after;
  while (text[at] === " " || text[at] === "\t" || text[at] === "\n" || text[at] === "\r") at += 1;
  return text[at] === ":";
}

function addKey(keys: Set<string> | undefined, literal: string): boolean {
  if (!keys) return true;
  const key = resolveEscapes(literal);
  if (keys.has(key)) return false;
  keys.add(key);
  return true;
}

function resolveEscapes(literal: string): string {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return literal; // JSON.parse of the whole body will refuse the same escape.
  }
}
