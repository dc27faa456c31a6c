import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addSpan,
  boundSpans,
  gapsIn,
  hasNumber,
  MAX_SPANS,
  settledThrough,
  spansFromBytes,
  spansToBytes,
  type NumberState,
} from "./number-spans.ts";

const TOP = 60;
const spanArbitrary = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 9 }));

/** The same with a set: slow and plainly right. */
function stateOf(pairs: readonly (readonly [number, number])[]): { state: NumberState; model: Set<number> } {
  const state: NumberState = { spans: [], settled: 0 };
  const model = new Set<number>();
  for (const [first, more] of pairs) {
    addSpan(state.spans, first, first + more);
    for (let number = first; number <= first + more; number++) model.add(number);
  }
  return { state, model };
}

test("spans hold what a set holds, in order and without touching", () => {
  fc.assert(
    fc.property(fc.array(spanArbitrary, { maxLength: 30 }), (pairs) => {
      const { state, model } = stateOf(pairs);
      for (let number = 0; number <= TOP; number++)
        expect(hasNumber(state.spans, number)).toBe(model.has(number));
      for (let i = 1; i < state.spans.length; i++) {
        const apart = i % 2 === 0 ? 2 : 0;
        expect(state.spans[i]).toBeGreaterThanOrEqual((state.spans[i - 1] ?? 0) + apart);
      }
      expect(spansFromBytes(spansToBytes(state.spans))).toEqual(state.spans);
    }),
  );
});

test("settled is the last number before which none is missing but those below the oldest", () => {
  fc.assert(
    fc.property(
      fc.array(spanArbitrary, { maxLength: 30 }),
      fc.integer({ min: 1, max: 50 }),
      (pairs, oldest) => {
        const { state, model } = stateOf(pairs);
        let expected = oldest - 1;
        while (model.has(expected + 1)) expected++;
        expect(settledThrough(state, oldest)).toBe(expected);
      },
    ),
  );
});

test("gaps are the numbers that are not there", () => {
  const bounds = fc.tuple(fc.integer({ min: 1, max: TOP }), fc.integer({ min: 1, max: TOP }));
  fc.assert(
    fc.property(fc.array(spanArbitrary, { maxLength: 12 }), bounds, (pairs, [first, last]) => {
      const { state, model } = stateOf(pairs);
      const gaps = gapsIn(state.spans, first, last);
      const missing: number[] = [];
      for (let i = 0; i < gaps.length; i += 2)
        for (let number = gaps[i] ?? 0; number <= (gaps[i + 1] ?? -1); number++) missing.push(number);
      const expected = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
      expect(missing).toEqual(expected.filter((number) => !model.has(number)));
    }),
  );
});

test("too many spans join over settled holes, lowest first, and are refused where holes may still fill", () => {
  const odd = Array.from({ length: MAX_SPANS + 5 }, (_, i) => [2 * i + 1, 2 * i + 1]).flat();
  const settled: NumberState = { spans: odd.slice(), settled: odd.at(-1) ?? 0 };
  expect(boundSpans(settled)).toBe(true);
  expect(settled.spans).toHaveLength(2 * MAX_SPANS);
  expect(settled.spans.slice(0, 4)).toEqual([1, 11, 13, 13]);
  expect(boundSpans({ spans: odd.slice(), settled: 1 })).toBe(false);
});
