import type { FixEntry } from "@purrimeter/protocol/entry";
import type { LatE7, LonE7, Side } from "@purrimeter/protocol/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { later, NOON, transition } from "../testing/contract-values.ts";
import { measureDay, type DayContent, type KnownTransition } from "./measure-day.ts";

const DAY_S = 86_400;
const DAY = Math.floor(NOON / DAY_S);
const HOUR_S = 3_600;

/** A change of side of a geofence at an hour of the day. */
function change(hour: number, from: Side, to: Side, geofence = "home"): KnownTransition {
  const at = later((DAY * DAY_S) as never, hour * HOUR_S);
  return { geofence, entry: { ...transition(1, 0, from, to, 1), at } };
}

/** A fix so many metres north and east of a place, at a minute of the day. */
function fixAt(minute: number, [northM, eastM]: readonly [number, number], place = [0, 0]): FixEntry {
  const [latE7 = 0, lonE7 = 0] = place;
  const [north, east] = [northM, eastM].map((metres) => Math.round((metres / 111_194.93) * 1e7));
  const turned = lonE7 + (east ?? 0);
  const lon = turned > 1_800_000_000 ? turned - 3_600_000_000 : turned;
  const at = later((DAY * DAY_S) as never, minute * 60);
  return {
    ...{ kind: "fix", at, accuracyDm: 50 },
    latE7: (latE7 + (north ?? 0)) as LatE7,
    lonE7: lon as LonE7,
  };
}

function measured(content: Partial<DayContent>) {
  const nothing = { day: DAY, fixes: [], transitions: [], sides: new Map(), endOf: () => Infinity };
  return measureDay({ ...nothing, ...content });
}

const outside = (transitions: KnownTransition[], more: Partial<DayContent> = {}) =>
  measured({ transitions, ...more }).totals.outsideS;

describe("time outside", () => {
  test("is from leaving to coming back, and to the day's end without it", () => {
    const leaves = change(8, "inside", "outside");
    expect(outside([leaves, change(10, "outside", "inside")])).toBe(2 * HOUR_S);
    expect(outside([leaves])).toBe(16 * HOUR_S);
  });

  test("before the first transition is by the side of the day before, else by the side that it left", () => {
    const back = change(6, "outside", "inside");
    expect(outside([back])).toBe(6 * HOUR_S);
    expect(outside([change(6, "unknown", "inside")])).toBe(0);
    expect(outside([change(6, "unknown", "inside")], { sides: new Map([["home", "outside"]]) })).toBe(
      6 * HOUR_S,
    );
    expect(outside([], { sides: new Map([["home", "outside"]]) })).toBe(DAY_S);
  });

  test("is none while one geofence says inside", () => {
    const sides = new Map([["garden", "inside"]] as const);
    const home = [change(8, "inside", "outside"), change(20, "outside", "inside")];
    expect(outside(home, { sides })).toBe(0);
    const garden = change(12, "inside", "outside", "garden");
    expect(outside([...home.slice(0, 1), garden, ...home.slice(1)], { sides })).toBe(8 * HOUR_S);
  });

  test("is not known when no side was known all day; what is unknown for a while is not outside", () => {
    expect(outside([])).toBeUndefined();
    expect(outside([change(8, "outside", "unknown"), change(9, "unknown", "outside")])).toBe(23 * HOUR_S);
  });

  test("ends when its geofence is deleted, and goes into no later day", () => {
    const endOf = () => (DAY + 0.5) * DAY_S;
    const { totals, sides } = measured({ transitions: [change(8, "inside", "outside")], endOf });
    expect([totals.outsideS, [...sides]]).toEqual([4 * HOUR_S, []]);
    const gone = { sides: new Map([["home", "outside"]] as const), endOf: () => -1 };
    expect(outside([], gone)).toBeUndefined();
  });

  test("the sides at the day's end are those of the next day", () => {
    const { sides } = measured({
      transitions: [change(8, "inside", "outside"), change(9, "outside", "unknown")],
    });
    expect([...sides]).toEqual([]);
    expect([...measured({ transitions: [change(23, "inside", "outside")] }).sides]).toEqual([
      ["home", "outside"],
    ]);
  });

  test("is from none to all of the day, whatever happens", () => {
    const side = fc.constantFrom<Side>("inside", "outside", "unknown");
    const some = fc.array(fc.tuple(fc.nat(23), side, side, fc.constantFrom("a", "b", "c")));
    fc.assert(
      fc.property(some, (list) => {
        const sorted = list.map((args) => change(...args)).sort((a, b) => a.entry.at - b.entry.at);
        const seconds = outside(sorted) ?? 0;
        expect(seconds).toBeGreaterThanOrEqual(0);
        expect(seconds).toBeLessThanOrEqual(DAY_S);
      }),
    );
  });
});

test("exits are changes to outside whose last known side was inside", () => {
  const through = change(9, "unknown", "outside");
  const escape = { ...through, entry: { ...through.entry, lastKnown: "inside" } } as const;
  const all = [change(8, "inside", "outside"), through, escape, change(10, "outside", "inside")];
  expect(measured({ transitions: all }).totals.exits).toBe(2);
});

describe("distance", () => {
  const distance = (fixes: FixEntry[]) => measured({ fixes }).totals.distanceM;

  test("is from fix to fix, also over the date line", () => {
    expect(distance([fixAt(0, [0, 0]), fixAt(1, [100, 0]), fixAt(2, [100, 100])])).toBe(200);
    const line = [0, 1_800_000_000];
    expect(distance([fixAt(0, [0, -100], line), fixAt(1, [0, 100], line)])).toBe(200);
    expect(distance([fixAt(0, [0, 0], [600_000_000, 0]), fixAt(1, [0, 200], [600_000_000, 0])])).toBe(100);
  });

  test("of a cat at rest is none, however the receiver wanders and however many fixes there are", () => {
    const wander = Array.from({ length: 1_440 }, (_, i) =>
      fixAt(i, [10 * Math.sin(i), 10 * Math.cos(i * 7)]),
    );
    expect(distance(wander)).toBe(0);
  });

  test("does not count what the errors of both fixes explain", () => {
    const far = { ...fixAt(1, [150, 0]), accuracyDm: 1_600 };
    expect(distance([fixAt(0, [0, 0]), far])).toBe(0);
  });

  test("of a slow walk is its whole length", () => {
    expect(distance(Array.from({ length: 101 }, (_, i) => fixAt(i, [i * 10, 0])))).toBeGreaterThanOrEqual(
      970,
    );
  });
});
