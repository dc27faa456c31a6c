import type { UnixSeconds } from "@purrimeter/protocol/values";
import type { AlertCommand } from "@purrimeter/store/alert-work";
import { beforeEach, describe, expect, test } from "vitest";
import { JudgedTag, NOON_S, ruleOf, SHED } from "../testing/judged-tag.ts";

const HOUR_S = 3_600;
let cat: JudgedTag;

beforeEach(() => {
  cat = new JudgedTag();
});

const atS = (seconds: number): UnixSeconds => (NOON_S + seconds) as UnixSeconds;
const claimed = (): JudgedTag => cat.judge({ kind: "claimed", at: atS(0) });
const battery = (percent: number, at = cat.nowS): JudgedTag =>
  cat.judge({ kind: "battery", percent, at: at as UnixSeconds });

describe("silence", () => {
  test("is told a day after the last sign, with time and place of it, and once", () => {
    const place = { latE7: 1 as never, lonE7: 2 as never, accuracyDm: 50 };
    cat.task = { lastHeardAt: atS(60), lastPlace: place };
    claimed().pass(24 * HOUR_S + 59);
    expect(cat.kinds()).toEqual([]);
    const [alert] = cat.pass(1).news();
    expect(alert).toMatchObject({
      kind: "silent",
      facts: { lastHeardAt: NOON_S + 60, longerThanS: 86_400, place },
    });
    expect(cat.pass(30 * 24 * HOUR_S).kinds()).toEqual([]);
  });

  test("of a tag that was never heard counts from its claim", () => {
    cat.task = { lastHeardAt: undefined };
    const [alert] = claimed()
      .pass(25 * HOUR_S)
      .news();
    expect(alert?.kind).toBe("silent");
    expect(alert?.facts.lastHeardAt).toBeUndefined();
  });

  test("that ends is told within half an hour, once, and can begin again", () => {
    cat.task = { lastHeardAt: atS(0) };
    claimed()
      .pass(30 * HOUR_S)
      .news();
    cat.task = { lastHeardAt: atS(30 * HOUR_S) };
    const [alert, ...others] = cat.pass(1_800).news();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      kind: "heard-again",
      facts: { at: atS(30 * HOUR_S), lastHeardAt: NOON_S },
    });
    expect(cat.pass(24 * HOUR_S).kinds()).toEqual(["silent"]);
  });

  test("that ends with a change of side needs no second word", () => {
    cat.task = { lastHeardAt: atS(0) };
    claimed()
      .pass(25 * HOUR_S)
      .news();
    expect(cat.moves("outside").kinds()).toEqual(["left"]);
    cat.task = {};
    expect(cat.pass(HOUR_S).kinds()).toEqual([]);
  });

  test("costs a task a day while the tag is heard, and few while it is not", () => {
    let tasks = 0;
    const judge = cat.judge.bind(cat);
    cat.judge = (event) => {
      tasks += 1;
      return judge(event);
    };
    claimed().pass(10 * 24 * HOUR_S);
    expect(tasks).toBeLessThanOrEqual(11);
    cat.task = { lastHeardAt: cat.nowS as UnixSeconds };
    tasks = 0;
    cat.pass(10 * 24 * HOUR_S);
    expect(tasks).toBeLessThanOrEqual(10 * 48);
  });
});

describe("a low battery", () => {
  test("is told once until it was charged", () => {
    for (const percent of [40, 21, 20, 19, 25, 18, 29]) battery(percent);
    const alerts = cat.news();
    expect(alerts.map(({ kind, facts }) => [kind, facts.batteryPercent])).toEqual([["battery-low", 20]]);
    expect(battery(30).kinds()).toEqual([]);
    expect(battery(20).kinds()).toEqual(["battery-low"]);
  });

  test("that comes late counts when it is still low, and out of order not at all", () => {
    cat.task = { batteryPercent: 90 };
    expect(battery(12, NOON_S - 7_200).kinds()).toEqual([]);
    cat.task = {};
    battery(60);
    expect(battery(12, NOON_S - 60).kinds()).toEqual([]);
  });

  test("waits for the end of quiet hours, and is not told when it was charged meanwhile", () => {
    cat.rules = [ruleOf("battery-low", { belowPercent: 30, quiet: [{ from: 12 * 60, to: 15 * 60 }] })];
    expect(battery(30).kinds()).toEqual([]);
    expect(cat.pass(2 * HOUR_S).kinds()).toEqual(["battery-low"]);
    cat.pass(22 * HOUR_S);
    battery(80);
    battery(10);
    battery(80);
    expect(cat.pass(3 * HOUR_S).kinds()).toEqual([]);
  });
});

describe("not back by a time", () => {
  beforeEach(() => {
    cat.rules = [ruleOf("not-back-by", { byMinute: 22 * 60 })];
  });

  test("is told each evening at which the tag is outside, at the owner's time", () => {
    cat.moves("outside").pass(9 * HOUR_S - 1);
    expect(cat.kinds()).toEqual([]);
    expect(
      cat
        .pass(1)
        .news()
        .map(({ kind, facts }) => [kind, facts.at]),
    ).toEqual([["not-back-by", NOON_S + 9 * HOUR_S]]);
    expect(cat.pass(24 * HOUR_S).kinds()).toEqual(["not-back-by"]);
    cat.moves("inside");
    expect(cat.pass(24 * HOUR_S).kinds()).toEqual([]);
  });

  test("is not told of a tag that is in another of the rule's zones, or of which nothing is known", () => {
    cat.moves("outside").moves("inside", { geofence: SHED });
    expect(cat.pass(10 * HOUR_S).kinds()).toEqual([]);
    cat = Object.assign(new JudgedTag(), { rules: cat.rules });
    cat.moves("unknown", { from: "inside", lastKnown: "inside" });
    expect(cat.pass(10 * HOUR_S).kinds()).toEqual([]);
  });

  test("is said to be doubtful when the side is unknown by then", () => {
    cat.moves("outside").moves("unknown", { from: "outside" });
    expect(
      cat
        .pass(10 * HOUR_S)
        .news()
        .map(({ facts }) => facts.isDoubted),
    ).toEqual([true]);
  });

  test("at a time that does not exist is the first moment after the gap, and at one that comes twice once", () => {
    cat.rules = [ruleOf("not-back-by", { byMinute: 150 })];
    const night = (day: string): number[] => {
      cat = Object.assign(new JudgedTag(), {
        rules: cat.rules,
        nowS: Date.parse(`${day}T20:00:00Z`) / 1_000,
      });
      return cat
        .moves("outside")
        .pass(12 * HOUR_S)
        .news()
        .map(({ facts }) => facts.at);
    };
    expect(night("2026-03-28")).toEqual([Date.parse("2026-03-29T01:00:00Z") / 1_000]);
    expect(night("2026-10-24")).toEqual([Date.parse("2026-10-25T00:30:00Z") / 1_000]);
  });

  test("follows another time and another zone at once", () => {
    cat.moves("outside");
    cat.rules = [ruleOf("not-back-by", { byMinute: 14 * 60 })];
    cat.preferences = { language: "en", timeZone: "Asia/Kathmandu" };
    // 17:45 there: the next 14:00 is tomorrow's.
    cat.judge({ kind: "due", at: atS(0) });
    expect(cat.dueAt).toBe(Date.parse("2026-12-01T08:15:00Z") / 1_000);
  });

  test("on chosen weekdays only, and not when it is long past", () => {
    cat.rules = [ruleOf("not-back-by", { byMinute: 22 * 60, schedule: [{ weekdays: [2], from: 0, to: 0 }] })];
    cat.moves("outside");
    expect(cat.pass(24 * HOUR_S).kinds()).toEqual([]);
    expect(cat.pass(24 * HOUR_S).kinds()).toEqual(["not-back-by"]);
    cat.nowS += 7 * 24 * HOUR_S + 8 * HOUR_S;
    expect(cat.judge({ kind: "due", at: atS(0) }).kinds()).toEqual([]);
  });
});

describe("outside for longer", () => {
  beforeEach(() => {
    cat.rules = [ruleOf("outside-longer", { longerThanS: 2 * HOUR_S })];
  });

  test("is told once each time that the tag is out, unknown or not", () => {
    cat.moves("outside").pass(HOUR_S).moves("unknown", { from: "outside" });
    cat.moves("outside", { from: "unknown", lastKnown: "outside" });
    const [alert, ...others] = cat.pass(10 * HOUR_S).news();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ kind: "outside-longer", facts: { at: NOON_S, longerThanS: 2 * HOUR_S } });
    cat.moves("inside").moves("outside");
    expect(cat.pass(3 * HOUR_S).kinds()).toEqual(["outside-longer"]);
  });

  test("is not told when the tag came back, or its zone was deleted", () => {
    expect(
      cat
        .moves("outside")
        .pass(HOUR_S)
        .moves("inside")
        .pass(9 * HOUR_S)
        .kinds(),
    ).toEqual([]);
    cat.moves("outside").task = { geofences: [] };
    expect(cat.pass(9 * HOUR_S).kinds()).toEqual([]);
  });

  test("waits until the rule applies", () => {
    cat.rules = [
      ruleOf("outside-longer", { longerThanS: HOUR_S, schedule: [{ from: 20 * 60, to: 23 * 60 }] }),
    ];
    cat.moves("outside").pass(7 * HOUR_S - 1);
    expect(cat.kinds()).toEqual([]);
    expect(cat.pass(1).kinds()).toEqual(["outside-longer"]);
  });
});

describe("live positions that do not come", () => {
  const live = (more: Partial<AlertCommand> = {}): AlertCommand => ({
    ...{ command: 5, kind: "live", createdAt: atS(0), expiresAt: atS(900), outcome: undefined, ...more },
  });
  const asked = (...commands: readonly AlertCommand[]): JudgedTag => {
    cat.rules = [ruleOf("live-failed")];
    cat.task = { commands };
    return cat.judge({ kind: "command", at: atS(0), command: 5 });
  };

  test("are told when the time is over, once", () => {
    expect(asked(live()).pass(959).kinds()).toEqual([]);
    expect(
      cat
        .pass(1)
        .news()
        .map(({ kind, facts }) => [kind, facts.at]),
    ).toEqual([["live-failed", NOON_S]]);
    expect(
      cat
        .judge({ kind: "command", at: atS(999), command: 5 })
        .pass(HOUR_S)
        .kinds(),
    ).toEqual([]);
  });

  test("are told at once when the tag refused", () => {
    expect(asked(live({ outcome: "refused" })).kinds()).toEqual(["live-failed"]);
  });

  test.each<[string, readonly AlertCommand[]]>([
    ["came", [live({ outcome: "done" })]],
    ["were asked for again", [live(), live({ command: 6, createdAt: atS(10), outcome: "done" })]],
    ["were taken back", [live(), live({ command: 6, kind: "stop", createdAt: atS(10) })]],
    ["were not asked for", [live({ kind: "buzz" })]],
  ])("are not told when they %s", (_name, commands) => {
    expect(
      asked(...commands)
        .pass(HOUR_S)
        .kinds(),
    ).toEqual([]);
  });
});

describe("what happens once", () => {
  test("is told once, however often it comes, and without a rule not at all", () => {
    const events = [
      { kind: "found", at: atS(0), report: 3 },
      { kind: "shared", at: atS(0), share: "s", name: "Ann" },
    ] as const;
    for (const event of events) expect(cat.judge(event).kinds()).toEqual([]);
    cat.rules = [ruleOf("found"), ruleOf("shared")];
    for (const event of [...events, ...events]) cat.judge(event);
    expect(cat.news().map(({ kind, facts }) => [kind, facts.name])).toEqual([
      ["found", undefined],
      ["shared", "Ann"],
    ]);
  });

  test("in quiet hours is told at their end", () => {
    cat.rules = [ruleOf("found", { quiet: [{ from: 12 * 60, to: 15 * 60 }] })];
    cat.judge({ kind: "found", at: atS(0), report: 3 });
    expect(cat.kinds()).toEqual([]);
    expect(
      cat
        .pass(2 * HOUR_S)
        .news()
        .map(({ facts }) => facts.at),
    ).toEqual([NOON_S]);
  });
});

describe("a clock that was years ahead and is right again", () => {
  const AHEAD_S = 4 * 365 * 86_400;
  const goTwice = (tag: JudgedTag): JudgedTag =>
    tag.moves("outside").moves("inside").moves("outside").moves("inside");

  test("keeps no way out from being told", () => {
    const tag = new JudgedTag();
    tag.nowS += AHEAD_S;
    goTwice(tag).moves("outside").pass(3_600);
    tag.news();
    tag.nowS -= AHEAD_S;
    expect(tag.moves("inside").moves("outside").kinds()).toContain("left");
  });

  test("does not let wait for years what waited then", () => {
    const tag = new JudgedTag();
    tag.nowS += AHEAD_S;
    goTwice(tag).moves("outside");
    tag.news();
    tag.nowS -= AHEAD_S;
    tag.judge({ kind: "battery", at: tag.nowS as UnixSeconds, percent: 90 });
    expect(tag.pass(3_600).kinds()).toContain("left");
  });
});
