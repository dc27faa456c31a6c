import type { JsonFault } from "@purrimeter/service/strict-json";

/** Why a file is no JSON that can be used, with the line where that is known. */
export function describeJsonFault(fault: JsonFault, content: Uint8Array | undefined): string {
  switch (fault.kind) {
    case "not-utf8":
      return "is not UTF-8 text";
    case "empty":
      return "is empty; delete it, or write {} for all defaults";
    case "too-deep":
      return "is nested too deeply";
    case "not-finite":
      return "holds a number that is too large";
    case "duplicate-member":
      return `${fault.member}: is written twice`;
    case "forbidden-member":
      return `${fault.member}: is not known`;
    case "not-json":
      return hasByteOrderMark(content)
        ? "begins with a byte order mark; save it as UTF-8 without one"
        : `is not JSON${placeOf(content)}`;
  }
}

function hasByteOrderMark(content: Uint8Array | undefined): boolean {
  return content?.[0] === 0xef && content[1] === 0xbb && content[2] === 0xbf;
}

/** V8 names line and column; the rest of its message would repeat what the file holds. */
function placeOf(content: Uint8Array | undefined): string {
  try {
    JSON.parse(Buffer.from(content ?? []).toString("utf8"));
    return "";
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const [, place] = /\((line \d+ column \d+)\)/.exec(error.message) ?? [];
    return place === undefined ? "" : ` (${place})`;
  }
}
