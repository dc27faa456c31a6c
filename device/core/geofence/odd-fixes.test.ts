import { describe, expect, it } from "vitest";
import { circleAt, PlacedTag, type Said } from "../testing/placed-tag.ts";

const HOUR_S = 3_600;
const RADIUS_M = 75;

/** A tag whose cat has lain in the middle of its zone for two hours. */
function atHome(): PlacedTag {
  const tag = new PlacedTag([circleAt(RADIUS_M)]);
  tag.stay(0, 0, 2 * HOUR_S);
  expect(tag.changes).toEqual(["0 unknown>inside"]);
  return tag;
}

/** Its changes since the cat was at home; it ends there again. */
function changesAfter(tag: PlacedTag): string[] {
  tag.stay(0, 0, HOUR_S);
  return tag.changes.slice(1);
}

const CLAIMS: readonly [string, Said][] = [
  ["0 m", { claimDm: 0 }],
  ["nothing", { claimDm: -1 }],
  ["0.1 m", { claimDm: 1 }],
  ["1.9 m", { claimDm: 19 }],
  ["100 m", { claimDm: 1_000 }],
  ["9,999 m", { claimDm: 99_990 }],
];

describe("a fix 200 m off", () => {
  it.each(CLAIMS)("that claims %s does not change the side", (_, said) => {
    const tag = atHome();
    tag.hear(200, 0, said);
    tag.passedS += 60;
    expect(changesAfter(tag)).toEqual([]);
  });

  it.each(CLAIMS)(
    "that claims %s, a time apart from the next such one, changes nothing either",
    (_, said) => {
      const tag = atHome();
      for (let i = 0; i < 6; i++) {
        tag.hear(i % 2 === 0 ? 200 : -200, 0, said);
        tag.passedS += 60;
        tag.stay(0, 0, 20 * 60);
      }
      expect(changesAfter(tag)).toEqual([]);
    },
  );
});

describe("a receiver that always claims", () => {
  it.each(CLAIMS.slice(0, 4))("%s gives sides all the same", (_, said) => {
    const tag = new PlacedTag([circleAt(RADIUS_M)]);
    tag.stay(0, 0, 4 * HOUR_S, 60, said);
    tag.stay(1_000, 0, 4 * HOUR_S, 60, said);
    expect(tag.changes).toEqual(["0 unknown>inside", "0 inside>outside"]);
  });

  it("100 m never says outside at home, and says it far away", () => {
    const tag = new PlacedTag([circleAt(RADIUS_M)]);
    tag.stay(0, 0, 4 * HOUR_S, 60, { claimDm: 1_000 });
    expect(tag.sides).not.toEqual(["outside"]);
    tag.stay(2_000, 0, 4 * HOUR_S, 60, { claimDm: 1_000 });
    expect(tag.sides).toEqual(["outside"]);
  });

  it("9,999 m gives no fix and no side", () => {
    const tag = new PlacedTag([circleAt(RADIUS_M)]);
    expect(tag.hear(0, 0, { claimDm: 99_990 })).toBe("poor");
    tag.stay(0, 0, HOUR_S, 60, { claimDm: 99_990 });
    expect(tag.sides).toEqual(["unknown"]);
  });
});

describe("fixes in bursts", () => {
  it.each([1, 2, 5])(
    "of a minute, %d s apart and every quarter of an hour, leave a cat at home at home",
    (everyS) => {
      const tag = atHome();
      for (let i = 0; i < 12; i++) {
        tag.stay(i % 3 === 0 ? 15 : -10, 5, 60, everyS);
        tag.passedS += 840;
      }
      expect(changesAfter(tag)).toEqual([]);
    },
  );

  it("at one and the same second are one fix", () => {
    const tag = atHome();
    const outcomes = Array.from({ length: 50 }, () => tag.hear(200, 0));
    expect(outcomes.filter((outcome) => outcome === "accepted").length).toBeLessThanOrEqual(1);
    tag.passedS += 60;
    expect(changesAfter(tag)).toEqual([]);
  });

  it("tell of a cat that has left", () => {
    const tag = atHome();
    for (let i = 0; i < 8; i++) {
      tag.stay(300, 0, 20, 1);
      tag.passedS += 600;
    }
    expect(tag.changes).toEqual(["0 unknown>inside", "0 inside>outside"]);
  });
});

describe("a receiver's clock", () => {
  it.each([-86_400, -3_600, -61])("that jumps by %d s and back changes no side", (offS) => {
    const tag = atHome();
    for (let i = 0; i < 5; i++, tag.passedS += 60) tag.hear(200, 0, {}, tag.passedS + offS);
    expect(changesAfter(tag)).toEqual([]);
  });

  it.each([3_600, 86_400, 365 * 86_400])(
    "that is %d s ahead once never says that a cat at home is out",
    (offS) => {
      const tag = atHome();
      tag.hear(2, 2, {}, tag.passedS + offS);
      tag.passedS += 60;
      expect(changesAfter(tag).filter((change) => change.endsWith(">outside"))).toEqual([]);
      expect(tag.sides).toEqual(["inside"]);
    },
  );
});

describe("a tag that wakes in a car", () => {
  it.each([8, 14, 25])("at %d m/s, away from home, is outside and never inside", (speedMS) => {
    const tag = new PlacedTag([circleAt(RADIUS_M)]);
    const said = { speedCmS: speedMS * 100, courseDeg10: 900 };
    for (let i = 0; i < 20; i++) tag.stay(2_000 + i * 60 * speedMS, 0, 60, 60, said);
    tag.stay(2_000 + 1_200 * speedMS, 0, HOUR_S);
    expect(tag.changes).toEqual(["0 unknown>outside"]);
  });

  it("that passes its home and goes on is outside in the end", () => {
    const tag = new PlacedTag([circleAt(RADIUS_M)]);
    for (let eastM = -3_000; eastM < 5_000; eastM += 14 * 60) tag.stay(eastM, 0, 60);
    tag.stay(5_000, 0, HOUR_S);
    expect(tag.sides).toEqual(["outside"]);
  });
});

describe("a receiver that pins its position for hours", () => {
  it("at home leaves the cat there", () => {
    const tag = atHome();
    for (let i = 0; i < 480; i++, tag.passedS += 60) tag.hear(4, -3);
    expect(changesAfter(tag)).toEqual([]);
  });

  it("where a cat has gone to says that it is out", () => {
    const tag = atHome();
    for (let eastM = 20; eastM < 400; eastM += 25) tag.stay(eastM, 0, 60);
    for (let i = 0; i < 240; i++, tag.passedS += 60) tag.hear(400, 10);
    expect(tag.changes).toEqual(["0 unknown>inside", "0 inside>outside"]);
  });
});

describe("speeds that contradict positions", () => {
  it.each([
    ["a car's, outward", { speedCmS: 2_500, courseDeg10: 900 }],
    ["a walk's, outward", { speedCmS: 70, courseDeg10: 900 }],
    ["as large as the field is", { speedCmS: 65_535, courseDeg10: 3_599 }],
    ["a car's, in no direction", { speedCmS: 2_500 }],
  ])("%s, do not take a cat out that stays at home", (_, said) => {
    const tag = atHome();
    tag.stay(0, 0, 2 * HOUR_S, 60, said);
    expect(changesAfter(tag)).toEqual([]);
  });

  it.each([
    ["none", { speedCmS: 0 }],
    ["a car's, homeward", { speedCmS: 2_500, courseDeg10: 2_700 }],
    ["unknown", {}],
  ])("%s, do not hide that a cat is away", (_, said) => {
    const tag = atHome();
    for (let eastM = 30; eastM < 600; eastM += 30) tag.stay(eastM, 0, 60, 60, said);
    tag.stay(600, 0, HOUR_S, 60, said);
    expect(tag.changes).toEqual(["0 unknown>inside", "0 inside>outside"]);
  });
});
