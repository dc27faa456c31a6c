import type { IncomingMessage } from "node:http";
import { hostHeaders } from "./request-hosts.ts";

const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i;

/** What no segment of ours holds, also not encoded: proxies differ in whether they decode it before they compare paths. */
const AMBIGUOUS = /[/\\\p{Cc}]/u;

/** Whether a segment is written in the one form that `encodeURIComponent` gives, and names no other place. */
function isCanonicalSegment(segment: string): boolean {
  if (segment === "." || segment === "..") return false;
  try {
    const decoded = decodeURIComponent(segment);
    return encodeURIComponent(decoded) === segment && !AMBIGUOUS.test(decoded);
  } catch {
    // Bytes that are no UTF-8 are no canonical form of anything.
    return false;
  }
}

/** Whether there is only this way to write the path of a target (RFC 9112 section 3.2): a proxy before us compares texts. */
function isCanonicalPath(target: string): boolean {
  const [path = ""] = target.replace(ABSOLUTE_FORM, "").split("?", 1);
  return path === "*" || path.split("/").every(isCanonicalSegment);
}

/** What is wrong with a request whoever answers it, as a detail for its client; undefined when nothing is. */
export function requestFault({
  rawHeaders,
  url = "",
}: Pick<IncomingMessage, "rawHeaders" | "url">): string | undefined {
  // RFC 9112 section 3.2.
  if (hostHeaders(rawHeaders).length !== 1) return "A request must have one Host header.";
  return isCanonicalPath(url) ? undefined : "The path is not in its canonical form.";
}
