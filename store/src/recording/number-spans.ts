/** Numbers that are stored, as pairs first, last: ascending, neither overlapping nor touching. */
export type Spans = number[];

/** What is known of the numbers of one epoch. */
export interface NumberState {
  readonly spans: Spans;
  /** Every number up to this is stored or will never come. */
  settled: number;
}

/**
 * Most spans kept of an epoch: a tag sends in order, so a few are the rule, and a hostile one that sends every second
 * number must not make memory and rows grow.
 */
export const MAX_SPANS = 32;

/** Index of the first pair that ends at `number` or later; the length when there is none. */
function pairAt(spans: Spans, number: number): number {
  let at = spans.length;
  while (at >= 2 && (spans[at - 1] ?? 0) >= number) at -= 2;
  return at;
}

/** Whether the number is stored. */
export function hasNumber(spans: Spans, number: number): boolean {
  const at = pairAt(spans, number);
  return at < spans.length && (spans[at] ?? 0) <= number;
}

/** Adds first to last, joining what it overlaps or touches. */
export function addSpan(spans: Spans, first: number, last: number): void {
  const end = spans.length - 1;
  if (end > 0 && spans[end] === first - 1) {
    spans[end] = last;
    return;
  }
  const from = pairAt(spans, first - 1);
  let to = from;
  let low = first;
  let high = last;
  while (to < spans.length && (spans[to] ?? 0) <= last + 1) {
    low = Math.min(low, spans[to] ?? low);
    high = Math.max(high, spans[to + 1] ?? high);
    to += 2;
  }
  spans.splice(from, to - from, low, high);
}

/** The number up to which all is settled when all below `oldest` is: the end of the span that touches it. */
export function settledThrough(state: NumberState, oldest: number): number {
  let through = Math.max(state.settled, oldest - 1);
  for (let at = 0; at < state.spans.length && (state.spans[at] ?? 0) <= through + 1; at += 2)
    through = Math.max(through, state.spans[at + 1] ?? 0);
  return through;
}

/** Numbers from `first` to `last` that are not stored, as pairs. */
export function gapsIn(spans: Spans, first: number, last: number): number[] {
  const gaps: number[] = [];
  let next = first;
  for (let at = pairAt(spans, first); at < spans.length && next <= last; at += 2) {
    const start = spans[at] ?? 0;
    if (start > next) gaps.push(next, Math.min(start - 1, last));
    next = (spans[at + 1] ?? 0) + 1;
  }
  if (next <= last) gaps.push(next, last);
  return gaps;
}

/**
 * Brings the spans down to MAX_SPANS by joining the lowest over holes that are settled: entries that still came for
 * such a hole would count as stored. False when too many lie above what is settled: the tag has to fill those first.
 */
export function boundSpans(state: NumberState): boolean {
  while (state.spans.length > 2 * MAX_SPANS) {
    if ((state.spans[2] ?? 0) > state.settled + 1) return false;
    state.spans.splice(1, 2);
  }
  return true;
}

/** As bytes for a row: 32 bits each. */
export function spansToBytes(spans: Spans): Buffer {
  const bytes = Buffer.allocUnsafe(4 * spans.length);
  for (let i = 0; i < spans.length; i++) bytes.writeUInt32LE(spans[i] ?? 0, 4 * i);
  return bytes;
}

/** As they were before spansToBytes. */
export function spansFromBytes(bytes: Buffer): Spans {
  const spans: Spans = [];
  for (let i = 0; i + 4 <= bytes.length; i += 4) spans.push(bytes.readUInt32LE(i));
  return spans;
}
