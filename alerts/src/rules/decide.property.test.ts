import type { AlertId } from "@purrimeter/store/alert";
import { ALERT_RULE_KINDS } from "@purrimeter/store/alert-rule";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import fc from "fast-check";
import { expect, test } from "vitest";
import { JudgedTag, ruleOf } from "../testing/judged-tag.ts";

const DAY_S = 86_400;
const RUNS = { numRuns: 12 };

/** A way of a tag: for each change of side how long the side lasts, whether it loses itself first, and how late it is heard. */
const way = fc.array(
  fc.record({
    lastsS: fc.integer({ min: 1, max: 4_000 }),
    isLost: fc.boolean(),
    lateS: fc.constantFrom(0, 0, 0, 30, 700, 9_000),
    order: fc.integer({ min: 0, max: 2 }),
    times: fc.constantFrom(1, 1, 1, 2, 3),
  }),
  { minLength: 1, maxLength: 24 },
);

type Way = typeof way extends fc.Arbitrary<infer Value> ? Value : never;

/** Walks the way: changes are heard late, in another order and several times. How often the tag left. */
function walk(cat: JudgedTag, steps: Way, onJudged: (count: number) => void): number {
  const pending: { readonly order: number; readonly judge: () => void }[] = [];
  const hear = (): void => {
    for (const { judge } of pending.splice(0).toSorted((a, b) => a.order - b.order)) judge();
  };
  let side: "inside" | "outside" = "inside";
  let exits = 0;
  let number = 0;
  for (const { lastsS, isLost, lateS, order, times } of steps) {
    const from = isLost ? "unknown" : side;
    const lastKnown = side;
    side = side === "inside" ? "outside" : "inside";
    if (side === "outside") exits += 1;
    const change = { from, lastKnown, atS: cat.nowS - lateS, number: ++number } as const;
    const event = cat.transition(side, change);
    const judge = (): void => {
      const before = cat.told.length;
      cat.judge(event);
      onJudged(cat.told.length - before);
    };
    for (let time = 0; time < times; time++) pending.push({ order, judge });
    if (order === 0) hear();
    cat.pass(lastsS);
  }
  hear();
  return exits;
}

function exitsTold(cat: JudgedTag): number {
  const replaced = new Set(cat.told.flatMap(({ replaces }) => replaces));
  const told = cat.told.filter(({ id, kind }) => kind === "left" && !replaced.has(id));
  return told.reduce((sum, { facts: { count = 1 } }) => sum + count, 0);
}

test("every way out is told, each once, alone or counted, however the changes arrive", () => {
  fc.assert(
    fc.property(way, fc.boolean(), fc.boolean(), (steps, tellsBack, isUntold) => {
      const cat = new JudgedTag();
      if (tellsBack) cat.rules = [...cat.rules, ruleOf("came-back")];
      const exits = walk(cat, steps, (count) => {
        expect(count).toBeLessThanOrEqual(1);
        if (isUntold) cat.untold = cat.told.map(({ id }) => id);
      });
      cat.pass(DAY_S);
      expect(exitsTold(cat)).toBe(exits);
    }),
    RUNS,
  );
});

test("with an edge that is crossed all the time there are few alerts", () => {
  fc.assert(
    fc.property(way, fc.boolean(), (steps, tellsBack) => {
      const cat = new JudgedTag();
      if (tellsBack) cat.rules = [...cat.rules, ruleOf("came-back")];
      const beganS = cat.nowS;
      walk(cat, steps, () => undefined);
      cat.pass(DAY_S / 2);
      expect(cat.told.length).toBeLessThanOrEqual(4 + (4 * (cat.nowS - DAY_S / 2 - beganS)) / 600);
    }),
    RUNS,
  );
});

test("what is muted, off or out of schedule is not told, and everything else of the way is", () => {
  fc.assert(
    fc.property(way, fc.constantFrom("muted", "off", "schedule"), (steps, why) => {
      const cat = new JudgedTag();
      if (why === "muted") cat.task = { mutedUntil: "for-ever" };
      if (why === "off") cat.rules = cat.rules.map((rule) => ({ ...rule, isEnabled: false }));
      if (why === "schedule") cat.rules = [ruleOf("left", { schedule: [] })];
      walk(cat, steps, () => undefined);
      expect(cat.pass(DAY_S).told).toEqual([]);
    }),
    { numRuns: 15 },
  );
});

test("any state that was kept, of another version or damaged, is taken or is a fresh one", () => {
  const all = ALERT_RULE_KINDS.map((kind) => ruleOf(kind));
  const memories = fc.dictionary(fc.constantFrom(...all.map(({ id }) => String(id))), fc.jsonValue());
  const fences = fc.dictionary(fc.constantFrom("garden", "shed", "__proto__"), fc.jsonValue());
  const state = fc.oneof(
    fc.jsonValue(),
    fc.record({ v: fc.constantFrom(1, 2, "1"), fences, rules: memories }),
    fc.record({ v: fc.constant(1), rules: memories }),
  );
  fc.assert(
    fc.property(state, (kept) => {
      const cat = new JudgedTag();
      cat.rules = all;
      cat.state = kept;
      cat.moves("outside");
      expect(cat.told.map(({ kind }) => kind)).toContain("left");
      cat.judge({ kind: "battery", at: cat.nowS as UnixSeconds, percent: 3 });
      cat.judge({ kind: "due", at: cat.nowS as UnixSeconds });
      const ids: readonly AlertId[] = cat.told.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(cat.dueAt ?? Infinity).toBeGreaterThan(cat.nowS);
    }),
    RUNS,
  );
});
