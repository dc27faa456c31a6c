import { describe, expect, it } from "vitest";
import type { Entry, FixEntry } from "@purrimeter/protocol/entry";
import type { Report } from "@purrimeter/protocol/messages";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import type { JudgedOwnership } from "@purrimeter/store/report-store";
import { createDoubtJudge, type DoubtJudge } from "./doubt.ts";

const NOW = 1_790_000_000 as UnixSeconds;
const ALF = "alf" as TagId;
const DAY_S = 86_400;
/** 10 km of latitude. */
const TEN_KM_E7 = 899_320;

function fix(at: number, latE7 = 515_000_000, lonE7 = -1_000_000, accuracyDm = 50): Entry {
  return { kind: "fix", at, latE7, lonE7, accuracyDm } as Entry;
}

const OWNERSHIP = { id: 1, entriesFrom: 0, believed: undefined };

function judge(
  entries: Entry[],
  judging: DoubtJudge = createDoubtJudge(30),
  tag = ALF,
  ownership: JudgedOwnership = OWNERSHIP,
) {
  return judging.judge(tag, { epoch: 1, first: 1, oldest: 1, entries } as unknown as Report, NOW, ownership);
}

it("finds nothing in an ordinary report", () => {
  expect(
    judge([fix(NOW - 120), fix(NOW - 60, 515_000_900), { kind: "no-sky", at: NOW, searchedS: 60 }]),
  ).toBeUndefined();
});

describe("time", () => {
  it.each([
    [NOW + 300, undefined],
    [NOW + 301, "future"],
    [NOW - 30 * DAY_S, undefined],
    [NOW - 30 * DAY_S - 1, "too-old"],
  ])("at %d is %s", (at, doubt) => {
    expect(judge([fix(at)])?.[0]).toBe(doubt);
  });

  it.each([NOW + 400 * DAY_S, NOW - 400 * DAY_S])(
    "at %d is not judged by a clock that is not trusted",
    (at) => {
      expect(
        judge(
          [fix(at)],
          createDoubtJudge(30, () => false),
        ),
      ).toBeUndefined();
      expect(
        judge(
          [fix(at)],
          createDoubtJudge(30, () => true),
        ),
      ).toHaveLength(1);
    },
  );

  it("is judged of every kind of entry", () => {
    const health: Entry = {
      kind: "health",
      at: (NOW + 86_400) as UnixSeconds,
      batteryPercent: 50,
      boots: 1,
      dropped: 0,
    };
    expect(judge([fix(NOW), health])).toEqual([undefined, "future"]);
  });
});

describe("place", () => {
  it("0,0 by default values is suspect, the equator and Greenwich are not", () => {
    expect(judge([fix(NOW, 0, 0)])?.[0]).toBe("null-island");
    expect(judge([fix(NOW, 0, 5)])).toBeUndefined();
    expect(judge([fix(NOW, 515_000_000, 0)])).toBeUndefined();
  });

  it("a jump is suspect, and the fix after it is held against the one before", () => {
    const entries = [fix(NOW - 120), fix(NOW - 60, 515_000_000 + 50 * TEN_KM_E7), fix(NOW, 515_000_900)];
    expect(judge(entries)).toEqual([undefined, "too-fast", undefined]);
  });

  it("a car is not", () => {
    expect(judge([fix(NOW - 300), fix(NOW, 515_000_000 + TEN_KM_E7)])).toBeUndefined();
    expect(judge([fix(NOW - 150), fix(NOW, 515_000_000 + TEN_KM_E7)])?.[1]).toBe("too-fast");
  });

  it("a claimed error is forgiven", () => {
    expect(judge([fix(NOW - 1), fix(NOW, 515_010_000, -1_000_000, 1_000)])).toBeUndefined();
  });

  it("the date line is no jump, and a degree of longitude is short near the poles", () => {
    expect(judge([fix(NOW - 60, 0, 1_799_999_000), fix(NOW, 0, -1_799_999_000)])).toBeUndefined();
    expect(judge([fix(NOW - 60, 899_900_000, 0), fix(NOW, 899_900_000, 900_000_000)])).toBeUndefined();
  });

  it("carries over from report to report, and not from tag to tag", () => {
    const judging = createDoubtJudge(30);
    const far = 515_000_000 + 50 * TEN_KM_E7;
    judge([fix(NOW - 60)], judging);
    expect(judge([fix(NOW, far)], judging)?.[0]).toBe("too-fast");
    expect(judge([fix(NOW, far)], judging, "bea" as TagId)).toBeUndefined();
  });

  it("late reports do not move the believed fix back in time", () => {
    const judging = createDoubtJudge(30);
    const far = 515_000_000 + 50 * TEN_KM_E7;
    judge([fix(NOW - 20_000, far), fix(NOW)], judging);
    expect(judge([fix(NOW - 19_000, far)], judging)).toBeUndefined();
    expect(judge([fix(NOW + 60, 515_000_500)], judging)).toBeUndefined();
  });

  it("what is suspect by time is no measure for others", () => {
    expect(judge([fix(NOW + 400, 515_000_000 + 50 * TEN_KM_E7), fix(NOW)])).toEqual(["future", undefined]);
  });
});

describe("a tag that is far from its last believed fix, and stays there", () => {
  const MINUTE_S = 60;
  /** How many of two hours' fixes, a minute apart, are doubted after a fix so many kilometres and minutes away. */
  function doubted(kilometres: number, minutesAgo: number): number {
    const wrong = fix(NOW - 121 * MINUTE_S - minutesAgo * MINUTE_S, 515_000_000 - kilometres * 89_932);
    const right = Array.from({ length: 120 }, (_, i) => fix(NOW - (120 - i) * MINUTE_S, 515_000_000 + i));
    return (judge([wrong, ...right]) ?? []).filter((suspicion) => suspicion === "too-fast").length;
  }
  const cases = [
    ["a first fix of a cold receiver that was 400 km off", doubted(400, 1)],
    ["a flight of 1,000 km in two hours, without a fix", doubted(1_000, 120)],
    ["a train of 75 m/s for 90 minutes, without a fix", doubted(405, 92)],
  ] as const;

  it("is believed at once where a car can have come", () => expect(doubted(300, 92)).toBe(0));

  // A few fixes that fit each other outweigh the one before, as in the tag's own filter, which takes the third.
  it.each(cases)("is believed after a few fixes: %s", (_what, count) => expect(count).toBeLessThan(10));
});

describe("what is faster than a car", () => {
  /** How many fixes of an hour's ride are doubted, a fix a minute, after an hour at home. */
  function doubtedRide(metresPerS: number): number {
    const home = Array.from({ length: 60 }, (_, i) => fix(NOW - 7_200 + i * 60, 515_000_000 + i));
    const stepE7 = Math.round((metresPerS * 60) / 0.011_119_508);
    const ride = Array.from({ length: 60 }, (_, i) =>
      fix(NOW - 3_600 + i * 60, 515_000_000 + (i + 1) * stepE7),
    );
    return (judge([...home, ...ride]) ?? []).filter((doubt) => doubt !== undefined).length;
  }

  it.each([
    ["a fast train", 85],
    ["a plane", 250],
  ])("is believed after two fixes: %s", (_what, metresPerS) => expect(doubtedRide(metresPerS)).toBe(2));

  it("is not believed when its fixes do not lead the same way", () => {
    const zigzag = Array.from({ length: 20 }, (_, i) =>
      fix(NOW - 1_200 + i * 60, 560_000_000 + (i % 2 === 0 ? 1 : -1) * 899_320),
    );
    expect(judge([fix(NOW - 1_260), ...zigzag])?.filter((doubt) => doubt === "too-fast")).toHaveLength(20);
  });
});

describe("a backlog of a ride that an urgent report has overtaken", () => {
  const stepE7 = Math.round((85 * 60) / 0.011_119_508);
  const ride = Array.from({ length: 60 }, (_, i) => fix(NOW - 3_660 + i * 60, 515_000_000 + i * stepE7));
  const arrived = fix(NOW - 60, 515_000_000 + 60 * stepE7);

  it("is believed after two fixes, and moves the believed fix not back", () => {
    const judging = createDoubtJudge(30);
    judge([arrived], judging);
    expect(judge(ride, judging)?.filter((doubt) => doubt === "too-fast")).toHaveLength(2);
    expect(judge([fix(NOW, 515_000_000 + 60 * stepE7)], judging)).toBeUndefined();
    expect(judge([fix(NOW, 515_000_000)], judging)).toEqual(["too-fast"]);
  });
});

describe("one wrong fix that is sent again and again", () => {
  it("is not believed", () => {
    const judging = createDoubtJudge(30);
    judge([fix(NOW - 600)], judging);
    const wrong = [fix(NOW - 60, 520_000_000)];
    for (let i = 0; i < 5; i++) expect(judge(wrong, judging)).toEqual(["too-fast"]);
  });
});

describe("an ownership", () => {
  const far = 515_000_000 + 50 * TEN_KM_E7;

  it("begins unjudged", () => {
    const judging = createDoubtJudge(30);
    judge([fix(NOW - 60)], judging);
    expect(judge([fix(NOW, far)], judging, ALF, { ...OWNERSHIP, id: 2 })).toBeUndefined();
  });

  it("is not measured by what its tag still sends of the former one", () => {
    const second = { ...OWNERSHIP, id: 2, entriesFrom: NOW - 30 };
    expect(judge([fix(NOW - 60), fix(NOW, far)], createDoubtJudge(30), ALF, second)).toBeUndefined();
  });

  it("goes on after a start with the fix that is stored", () => {
    const ownership = { ...OWNERSHIP, believed: fix(NOW - 60) as FixEntry };
    expect(judge([fix(NOW, far)], createDoubtJudge(30), ALF, ownership)).toEqual(["too-fast"]);
  });
});
