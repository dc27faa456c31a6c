const MAX_S = 86_400;

/**
 * Seconds that an endpoint asks to be left alone (RFC 9110, section 10.2.3: seconds or a date), at most a day; undefined when it
 * asks for nothing that can be read. `nowS`: seconds of UTC.
 */
export function retryAfterS(header: string | undefined, nowS: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d{1,10}$/u.test(text)) return Math.min(Number(text), MAX_S);
  // Date.parse takes much that is no date of HTTP; those begin with the day.
  if (!/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/u.test(text)) return undefined;
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs)) return undefined;
  return Math.min(Math.max(Math.ceil(atMs / 1_000) - nowS, 0), MAX_S);
}
