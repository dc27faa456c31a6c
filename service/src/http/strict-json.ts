/** Why bytes are not taken as JSON: it is none, or readers disagree about what it means. */
export type JsonFault =
  | { readonly kind: "not-utf8" | "empty" | "not-finite" | "not-json" | "too-deep" }
  | { readonly kind: "duplicate-member" | "forbidden-member"; readonly member: string };

/** A parsed body, or the reason why there is none. */
export type ParsedJson =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly fault: JsonFault };

const QUOTE = 34;
const COLON = 58;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/**
 * Parses JSON (RFC 8259), refusing bytes that are no UTF-8 or begin with a mark of byte order (section 8.1), nesting deeper
 * than `maxDepth` (an object in an array is 2 deep), `__proto__`, and members that come twice (section 4: what then counts
 * is anybody's guess); names are compared after their escapes are resolved. Time is linear, the stack does not grow.
 */
export function parseStrictJson(bytes: Uint8Array, maxDepth: number): ParsedJson {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { ok: false, fault: { kind: "not-utf8" } };
  }
  const fault = structureFault(text, maxDepth);
  if (fault) return { ok: false, fault };
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    return { ok: false, fault: { kind: syntaxFault(text) } };
  }
}

/** What is wrong in words that repeat nothing of the body: it may hold a password. */
export function jsonFaultMessage({ kind }: JsonFault, maxDepth: number): string {
  switch (kind) {
    case "not-utf8":
      return "The body is not UTF-8.";
    case "empty":
      return "The body is empty; it must be a JSON object.";
    case "not-finite":
      return "JSON has no NaN and no Infinity: numbers are finite.";
    case "not-json":
      return "The body is not valid JSON (RFC 8259).";
    case "too-deep":
      return `The body is nested deeper than ${maxDepth}.`;
    case "duplicate-member":
      return "A member comes twice in one object.";
    case "forbidden-member":
      return "A member may not have this name.";
  }
}

/** Finds nesting and members in one pass, also over what is no JSON: that is left to JSON.parse. */
function structureFault(text: string, maxDepth: number): JsonFault | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (open.push(code === OPEN_BRACE ? new Set() : undefined) > maxDepth) return { kind: "too-deep" };
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) open.pop();
    else if (code === QUOTE) {
      const end = endOfString(text, at);
      const fault = isFollowedByColon(text, end + 1)
        ? memberFault(nameOf(text.slice(at, end + 1)), open.at(-1))
        : undefined;
      if (fault) return fault;
      at = end;
    }
  }
  return undefined;
}

/** Index of the quote that ends the string which opens at `start`, or the text's length when none does. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) return at;
  }
  return text.length;
}

function isFollowedByColon(text: string, index: number): boolean {
  let at = index;
  while (at < text.length && text.charCodeAt(at) <= 32) at += 1;
  return text.charCodeAt(at) === COLON;
}

function nameOf(literal: string): string {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return literal; // JSON.parse of the whole body will refuse the same.
  }
}

function memberFault(member: string, seen: Set<string> | undefined): JsonFault | undefined {
  if (member === "__proto__") return { kind: "forbidden-member", member };
  if (seen?.has(member) === true) return { kind: "duplicate-member", member };
  seen?.add(member);
  return undefined;
}

function syntaxFault(text: string): "empty" | "not-finite" | "not-json" {
  if (text.trim() === "") return "empty";
  return /(?:^|[[,:\s])[-+]?(?:NaN|Infinity)\b/u.test(text) ? "not-finite" : "not-json";
}
