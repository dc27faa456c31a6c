import type { AlertChannelId, AlertRuleId } from "@purrimeter/store/alert-rule";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { beforeEach, describe, expect, test } from "vitest";
import { GARDEN, JudgedTag, NOON_S, ruleOf, SHED } from "../testing/judged-tag.ts";

let cat: JudgedTag;

beforeEach(() => {
  cat = new JudgedTag();
});

const without = (kind: string): void => void (cat.rules = cat.rules.filter((rule) => rule.kind !== kind));
const withRule = (...more: Parameters<typeof ruleOf>): void =>
  void (cat.rules = [...cat.rules, ruleOf(...more)]);

describe("left, without any configuration", () => {
  test("is told at once, with the zone, the time and what decided it", () => {
    cat.moves("outside", { atS: NOON_S - 4, number: 10 });
    const [alert, ...others] = cat.news();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ kind: "left", rule: "left", toViewers: false, notBefore: undefined });
    expect(alert?.channels).toBeUndefined();
    expect(alert?.facts).toEqual({
      ...{ tagName: "Mia", at: NOON_S - 4, geofence: { id: GARDEN, name: "Garden" } },
      evidence: { epoch: 7, first: 7, last: 10 },
    });
    const nowMs = NOON_S * 1_000;
    expect(alert?.stages).toEqual({ decidedAt: nowMs - 4_000, sentAt: nowMs, storedAt: nowMs });
  });

  test("is told from unknown when the last known side was inside, and only then", () => {
    cat.moves("outside", { from: "unknown", lastKnown: "inside" });
    expect(cat.news().map(({ facts }) => facts.fromUnknown)).toEqual([true]);
    for (const lastKnown of ["outside", null] as const)
      expect(new JudgedTag().moves("outside", { from: "unknown", lastKnown }).news()).toEqual([]);
  });

  test("of a tag that does not say its last known side goes by what was heard before", () => {
    cat
      .moves("inside", { from: "unknown" })
      .moves("unknown", { from: "inside" })
      .moves("outside", { from: "unknown" });
    expect(cat.kinds()).toEqual(["left"]);
  });

  test("is told of a zone that is no longer there", () => {
    cat.judge({ ...cat.transition("outside"), geofence: undefined });
    expect(cat.news().map(({ facts }) => facts.geofence)).toEqual([undefined]);
  });

  test("is said to be doubted when it is, and not told when its owner does not believe it", () => {
    cat.judge({ ...cat.transition("outside"), doubt: "too-fast" });
    expect(cat.news().map(({ facts }) => facts.isDoubted)).toEqual([true]);
    expect(new JudgedTag().judge({ ...cat.transition("outside"), doubt: "by-owner" }).news()).toEqual([]);
  });

  test("without a time, or in the future, happened when it arrived", () => {
    cat.moves("outside", { atS: 0 });
    expect(cat.news()[0]?.facts.at).toBe(NOON_S);
    cat = new JudgedTag();
    expect(cat.moves("outside", { atS: NOON_S + 99_999 }).news()[0]?.facts.at).toBe(NOON_S);
  });

  test("is told once for one event, however often it comes", () => {
    const event = cat.transition("outside");
    for (let times = 0; times < 3; times++) cat.judge(event);
    expect(cat.pass(2_000).kinds()).toEqual(["left"]);
  });
});

describe("what came late", () => {
  test("is told as late when the tag is still outside as far as is known, in seconds", () => {
    cat.moves("outside", { atS: NOON_S - 7_200 });
    expect(cat.news()).toEqual([]);
    const [alert] = cat.pass(10).news();
    expect(alert?.facts).toMatchObject({ isLate: true, at: NOON_S - 7_200 });
    expect(alert?.facts.backAt).toBeUndefined();
  });

  test("is told as past, in one, when the way back came with it", () => {
    withRule("came-back");
    cat.moves("outside", { atS: NOON_S - 7_200 }).moves("inside", { atS: NOON_S - 5_000 });
    const [alert, ...others] = cat.pass(60).news();
    expect(others).toEqual([]);
    expect(alert?.facts).toMatchObject({ at: NOON_S - 7_200, backAt: NOON_S - 5_000 });
  });

  test("and out of order is past too", () => {
    cat
      .moves("inside", { atS: NOON_S - 5_000, number: 20 })
      .moves("outside", { atS: NOON_S - 7_200, number: 19 });
    expect(cat.pass(60).news()[0]?.facts).toMatchObject({ at: NOON_S - 7_200, backAt: NOON_S - 5_000 });
  });

  test("of many days is one alert with a count", () => {
    for (let day = 9; day >= 1; day--)
      cat
        .moves("outside", { atS: NOON_S - day * 86_400 })
        .moves("inside", { atS: NOON_S - day * 86_400 + 3_600 });
    const [alert, ...others] = cat.pass(60).news();
    expect(others).toEqual([]);
    expect(alert?.facts).toMatchObject({
      count: 9,
      at: NOON_S - 9 * 86_400,
      backAt: NOON_S - 86_400 + 3_600,
    });
  });
});

describe("left and came back before anybody was told", () => {
  test("are one, which replaces the one that waits", () => {
    withRule("came-back");
    const [waiting] = cat.moves("outside").news();
    cat.untold = waiting === undefined ? [] : [waiting.id];
    const [alert, ...others] = cat.pass(120).moves("inside").news();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      kind: "left",
      replaces: [waiting?.id],
      facts: { at: NOON_S, backAt: NOON_S + 120 },
    });
  });

  test("are two when the first is in somebody's hands", () => {
    withRule("came-back");
    cat.moves("outside").pass(120).moves("inside");
    expect(cat.kinds()).toEqual(["left", "came-back"]);
  });

  test("and came back is no word of its own without its rule", () => {
    expect(cat.moves("outside").pass(120).moves("inside").pass(3_600).kinds()).toEqual(["left"]);
  });
});

describe("a dwell", () => {
  beforeEach(() => {
    without("left");
    withRule("left", { dwellS: 300 });
  });

  test("tells after it, if the tag is still outside", () => {
    cat.moves("outside").pass(299);
    expect(cat.kinds()).toEqual([]);
    expect(cat.pass(1).kinds()).toEqual(["left"]);
  });

  test("tells neither way when the tag came back within it", () => {
    withRule("came-back");
    expect(cat.moves("outside").pass(200).moves("inside").pass(3_600).kinds()).toEqual([]);
  });

  test("is over at once for what is older, and tells when the side became unknown", () => {
    cat.moves("outside", { atS: NOON_S - 400 });
    expect(cat.kinds()).toEqual(["left"]);
    cat = Object.assign(new JudgedTag(), { rules: cat.rules });
    cat.moves("outside").pass(10).moves("unknown", { from: "outside" });
    expect(cat.pass(300).kinds()).toEqual(["left"]);
  });
});

describe("an edge that a tag crosses all the time", () => {
  test("gives one alert, then a joined one, never a stream", () => {
    for (let times = 0; times < 20; times++) cat.moves("outside").pass(10).moves("inside").pass(10);
    expect(cat.kinds()).toEqual(["left"]);
    const [alert, ...others] = cat.pass(3_600).news();
    expect(others).toEqual([]);
    expect(alert?.facts).toMatchObject({ count: 19, backAt: NOON_S + 390 });
  });

  test("with a rule for the way back tells out, back and out, then a joined one", () => {
    withRule("came-back");
    for (let times = 0; times < 20; times++) cat.moves("outside").pass(10).moves("inside").pass(10);
    expect(cat.kinds()).toEqual(["left", "came-back", "left"]);
    const [alert, ...others] = cat.pass(3_600).news();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ kind: "left", facts: { count: 18, backAt: NOON_S + 390 } });
  });

  test("that is outside in the end is told to be", () => {
    for (let times = 0; times < 5; times++) cat.moves("inside").pass(10).moves("outside").pass(10);
    cat.news();
    const [alert] = cat.pass(600).news();
    expect(alert?.facts).toMatchObject({ count: 4 });
    expect(alert?.facts.backAt).toBeUndefined();
  });

  test("does not keep another zone waiting", () => {
    cat.moves("outside").moves("outside", { geofence: SHED });
    expect(cat.kinds()).toEqual(["left", "left"]);
  });
});

describe("two rules", () => {
  test("that say the same are told as one, over the channels of both", () => {
    const channel = (id: string): readonly AlertChannelId[] => [id as AlertChannelId];
    cat.rules = [
      ruleOf("left", { channels: channel("phone") }),
      ruleOf("left", { id: "other" as AlertRuleId, channels: channel("hook"), tellsViewers: true }),
    ];
    const [alert, ...others] = cat.moves("outside").news();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ channels: ["phone", "hook"], toViewers: true });
  });
});

describe("a rule", () => {
  test("that is off, of another tag or of another zone tells nothing", () => {
    for (const more of [{ isEnabled: false }, { tags: [] }, { geofences: [SHED] }]) {
      cat = new JudgedTag();
      cat.rules = [ruleOf("left", more)];
      expect(cat.moves("outside").pass(3_600).kinds()).toEqual([]);
    }
  });

  test("with a schedule goes by when it happened, in the owner's zone", () => {
    cat.rules = [ruleOf("left", { schedule: [{ from: 13 * 60, to: 14 * 60 }] })];
    expect(cat.moves("outside", { geofence: SHED }).kinds()).toEqual(["left"]);
    expect(
      cat
        .moves("outside", { atS: NOON_S - 60 })
        .pass(3_600)
        .kinds(),
    ).toEqual([]);
  });

  test("in quiet hours tells that a tag left, and the rest at their end if it still holds", () => {
    const quiet = [{ from: 12 * 60, to: 15 * 60 }];
    cat.rules = [ruleOf("left", { quiet }), ruleOf("came-back", { quiet })];
    cat.moves("outside").pass(700).moves("inside").moves("inside", { geofence: SHED });
    expect(cat.kinds()).toEqual(["left"]);
    cat.moves("outside", { geofence: SHED });
    cat.news();
    const alerts = cat.pass(7_200).news();
    expect(alerts.map(({ kind, facts }) => [kind, facts.geofence?.id])).toEqual([["came-back", GARDEN]]);
    expect(cat.nowS - NOON_S).toBe(7_900);
  });

  test("in quiet hours keeps what is past for the morning", () => {
    cat.rules = [ruleOf("left", { quiet: [{ from: 12 * 60, to: 15 * 60 }] })];
    cat.moves("outside", { atS: NOON_S - 7_200 }).moves("inside", { atS: NOON_S - 5_000 });
    expect(cat.pass(7_199).kinds()).toEqual([]);
    expect(cat.pass(1).kinds()).toEqual(["left"]);
  });
});

describe("a muted tag", () => {
  test.each(["for-ever", (NOON_S + 100) as UnixSeconds] as const)(
    "until %s is told nothing, and its state goes on",
    (mutedUntil) => {
      cat.task = { mutedUntil };
      expect(cat.moves("outside").pass(60).kinds()).toEqual([]);
      cat.task = { mutedUntil: (NOON_S + 60) as UnixSeconds };
      expect(cat.moves("outside", { from: "unknown", lastKnown: "outside" }).kinds()).toEqual([]);
      expect(cat.moves("inside").pass(700).moves("outside").kinds()).toEqual(["left"]);
    },
  );
});

describe("a tag that its owner muted", () => {
  const MUTED = { mutedUntil: "for-ever", viewers: ["viewer" as OwnerId] } as const;

  test("is told to viewers by rules that tell them, and not to the owner", () => {
    cat.rules = [ruleOf("left", { tellsViewers: true }), ruleOf("came-back")];
    cat.task = MUTED;
    expect(cat.moves("outside").news()).toMatchObject([{ kind: "left", toOwner: false, toViewers: true }]);
    expect(cat.moves("inside").news()).toEqual([]);
    cat.task = {};
    expect(cat.pass(700).moves("outside").news()).toMatchObject([{ kind: "left", toOwner: true }]);
  });

  test("is told to viewers once for each side as well, and to the owner at once when the mute is over", () => {
    cat.rules = [ruleOf("left", { tellsViewers: true })];
    cat.task = MUTED;
    expect(cat.moves("outside").pass(5).kinds()).toEqual(["left"]);
    expect(cat.moves("inside").pass(5).moves("outside").pass(5).kinds()).toEqual([]);
    cat.task = { viewers: MUTED.viewers };
    expect(cat.moves("inside").news()).toMatchObject([{ kind: "left", facts: { backAt: cat.nowS } }]);
    expect(cat.pass(5).moves("outside").news()).toMatchObject([{ kind: "left", toOwner: true }]);
  });
});

describe("while the clock is doubted", () => {
  test("nothing waits for a time, and nothing is said to be late", () => {
    cat.isClockTrusted = false;
    withRule("came-back", { dwellS: 60 });
    cat
      .moves("outside", { atS: NOON_S - 90_000 })
      .moves("inside")
      .moves("outside");
    const alerts = cat.news();
    expect(alerts.map(({ kind }) => kind)).toEqual(["left", "came-back", "left"]);
    expect(alerts.map(({ facts }) => facts.isLate)).toEqual([undefined, undefined, undefined]);
  });

  test("it is not told how long something lasts, and asked as soon as the clock is trusted", () => {
    cat.rules = [ruleOf("silent"), ruleOf("outside-longer"), ruleOf("not-back-by", { byMinute: 0 })];
    cat.task = { lastHeardAt: 1 as UnixSeconds };
    cat.isClockTrusted = false;
    cat.moves("outside", { atS: 1 });
    cat.nowS += 400 * 86_400;
    cat.judge({ kind: "battery", at: 1 as UnixSeconds, percent: 90 });
    expect(cat.kinds()).toEqual([]);
    expect(cat.dueAt).toBe(1);
    cat.isClockTrusted = true;
    cat.judge({ kind: "due", at: 1 as UnixSeconds });
    expect(cat.kinds()).toEqual(["outside-longer", "silent"]);
  });
});
