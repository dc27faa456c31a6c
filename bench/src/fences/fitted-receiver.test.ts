import { describe, expect, it } from "vitest";
import { loggedFigures } from "./fit-receiver.ts";
import { FITTED } from "./fitted-receiver.ts";
import { figuresOfModel, type ReceiverFigures } from "./receiver-figures.ts";

/** What `bench/src/fences/fit-receiver.ts` finds in the logs; they lie beside the checkout, or do not. */
const LOGGED: ReceiverFigures = {
  "log: off its median, p50, m": 1.74,
  "log: off its median, p95, m": 5.66,
  "log: step in 1 s, p50, m": 0.0699,
  "log: step in 10 s, p50, m": 0.831,
  "log: step in 30 s, p50, m": 2.21,
  "log: claim, p50, m": 3.92,
  "log: off over claim, p50": 0.417,
  "log: off over claim, p95": 1.22,
  "20 min: off its median, p50, m": 5.1,
  "20 min: off its median, p95, m": 20,
  "20 min: step in 60 s, p50, m": 5.24,
  "20 min: step in 300 s, p50, m": 7.03,
  "20 min: off over claim, p95": 3.19,
  "20 min: claim of the worst quarter over that of the rest": 1.22,
  "cats: error at rest, p25, m": 2.71,
  "cats: error at rest, p50, m": 5.04,
  "cats: error at rest, p75, m": 10.2,
  "cats: error at rest, p90, m": 21.4,
  "cats: bad fixes, share": 0.0342,
  "cats: bad alone, share of runs": 0.824,
  "cats: bad three and more, share of runs": 0.0259,
  "cats: bad, off the line, p25, m": 53.2,
  "cats: bad, off the line, p50, m": 95.9,
  "cats: bad, off the line, p75, m": 179,
  "cats: bad, off the line, p90, m": 352,
  "cats: bad in a row, step over off, p50": 0.621,
};

const logged = await loggedFigures();

describe("the fitted receiver", () => {
  const model = figuresOfModel(FITTED, 5);

  it.each(Object.entries(LOGGED))("is like the logs: %s", (name, value) => {
    expect(model[name]).toBeGreaterThan(value * 0.6);
    expect(model[name]).toBeLessThan(value * 1.7);
  });

  it.runIf(logged !== undefined)("is held against what the logs say", () => {
    for (const [name, value] of Object.entries(LOGGED))
      expect((logged?.[name] ?? NaN) / value).toBeCloseTo(1, 1.5);
    expect(Object.keys(model).toSorted()).toEqual(Object.keys(LOGGED).toSorted());
  });
});
