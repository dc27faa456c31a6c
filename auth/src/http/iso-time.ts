/** Seconds of UTC as the API writes them: RFC 3339, whole seconds, Z. */
export function isoTime(atS: number): string {
  return `${new Date(atS * 1_000).toISOString().slice(0, 19)}Z`;
}
