import type { UnreadableSpan } from "./location.ts";

/** As few spans as say the same, of spans in the order of their beginnings; undefined when there is none. */
export function joinSpans(spans: Iterable<UnreadableSpan>): UnreadableSpan[] | undefined {
  const whole: UnreadableSpan[] = [];
  for (const span of spans) {
    const last = whole.at(-1);
    if (last === undefined || span.from > last.to + 1) whole.push(span);
    else if (span.to > last.to) whole[whole.length - 1] = { from: last.from, to: span.to };
  }
  return whole.length === 0 ? undefined : whole;
}
