/** Deeper than any body of this API: a geofence needs 5. */
export const MAX_JSON_DEPTH = 16;

/** What JSON.parse lets through although it means nothing good. */
export type JsonStructureFault =
  | { kind: "too-deep" }
  | { kind: "duplicate-member"; member: string }
  | { kind: "forbidden-member"; member: string };

const QUOTE = 34;
const COLON = 58;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** Index of the quote that ends the string which opens at `start`, or the text's length when none does. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === QUOTE) return i;
  }
  return text.length;
}

function isFollowedByColon(text: string, index: number): boolean {
  let i = index;
  while (i < text.length && text.charCodeAt(i) <= 32) i++;
  return text.charCodeAt(i) === COLON;
}

function memberFault(name: string, seen: Set<string> | undefined): JsonStructureFault | undefined {
  if (name === "__proto__") return { kind: "forbidden-member", member: name };
  if (seen?.has(name) === true) return { kind: "duplicate-member", member: name };
  seen?.add(name);
  return undefined;
}

/**
 * Looks for nesting beyond MAX_JSON_DEPTH, members that come twice (RFC 8259 section 4: what then counts is anybody's
 * guess) and `__proto__`. The text must be valid JSON; time is linear and the stack does not grow.
 */
export function jsonStructureFault(text: string): JsonStructureFault | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === OPEN_BRACE) open.push(new Set());
    else if (code === OPEN_BRACKET) open.push(undefined);
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) open.pop();
    else if (code === QUOTE) {
      const end = endOfString(text, i);
      if (isFollowedByColon(text, end + 1)) {
        const fault = memberFault(JSON.parse(text.slice(i, end + 1)) as string, open.at(-1));
        if (fault) return fault;
      }
      i = end;
    }
    if (open.length > MAX_JSON_DEPTH) return { kind: "too-deep" };
  }
  return undefined;
}
