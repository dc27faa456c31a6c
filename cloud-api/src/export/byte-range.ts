/** Bytes of a file, both ends included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The range that a header asks for of so many bytes (RFC 9110, 14.1.2). Undefined for none, for several and for what is no
 * range: the whole file is the answer then. `unsatisfiable`: nothing of it is in the file.
 */
export function byteRange(
  header: string | undefined,
  bytes: number,
): ByteRange | "unsatisfiable" | undefined {
  const [, from = "", to = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  if (from === "")
    return to === "0" || bytes === 0
      ? "unsatisfiable"
      : { first: Math.max(0, bytes - Number(to)), last: bytes - 1 };
  const first = Number(from);
  if (to !== "" && Number(to) < first) return undefined;
  return first >= bytes
    ? "unsatisfiable"
    : { first, last: Math.min(to === "" ? Infinity : Number(to), bytes - 1) };
}
