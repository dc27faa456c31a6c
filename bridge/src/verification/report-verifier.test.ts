import { describe, expect, it } from "vitest";
import { DECISION_VERSION } from "@purrimeter/device/decide-side";
import { TAG } from "@purrimeter/device/testing/tag-rig";
import type { Entry, TransitionEntry } from "@purrimeter/protocol/entry";
import type { Report } from "@purrimeter/protocol/messages";
import { createLog } from "@purrimeter/service/log";
import { createBridgeCounters } from "../metrics/bridge-counters.ts";
import { createReportVerifier } from "./report-verifier.ts";
import { settingsOf, WalkingTag, ZONES } from "../testing/walking-tag.ts";

const OUT_M = 250;

/** Begins at home with settings 1, and is decided there. */
function atHome(): WalkingTag {
  const tag = new WalkingTag();
  tag.send(settingsOf(1));
  tag.walkTo(0);
  return tag;
}

function walk(tag: WalkingTag, times: number): void {
  for (let i = 0; i < times; i++) {
    tag.walkTo(OUT_M);
    tag.walkTo(0);
  }
}

function differences(tag: WalkingTag): Record<string, number> {
  const name = "decided-again.differ.";
  const found = [...tag.counters.counts].filter(([key]) => key.startsWith(name));
  return Object.fromEntries(found.map(([key, count]) => [key.slice(name.length), count]));
}

/** Changes the `which`-th transition to `to`, counted from 1. */
function changing(
  to: TransitionEntry["to"],
  which: number,
  change: (entry: TransitionEntry) => Entry,
): (report: Report) => Report {
  let seen = 0;
  const changed = (entry: Entry): Entry => {
    const isMeant = entry.kind === "transition" && entry.to === to && ++seen === which;
    return isMeant ? change(entry) : entry;
  };
  return (report) => ({ ...report, entries: report.entries.map(changed) });
}

describe("the firmware's transitions decided again", () => {
  it.each(["quick", "quiet"] as const)("agree with the step of detection %s", (detection) => {
    const tag = new WalkingTag();
    tag.send({ ...settingsOf(1), detection });
    tag.walkTo(0, 3 * 3_600);
    const before = tag.count("agree");
    walk(tag, 3);
    expect(differences(tag)).toEqual({});
    expect(tag.count("agree")).toBe(before + 12);
  });

  it("agree with another step of detection once the past makes no difference", () => {
    const tag = atHome();
    walk(tag, 1);
    tag.send({ ...settingsOf(2), detection: "quick" });
    walk(tag, 1);
    tag.walkTo(0, 3 * 3_600);
    const before = tag.count("agree");
    walk(tag, 1);
    expect(tag.count("agree")).toBe(before + 4);
    expect(differences(tag)).toEqual({});
  });

  it.each([
    ["an older wire version", {}],
    ["no decision version", { wireVersion: 2 }],
    ["another decision version", { wireVersion: 2, decisionVersion: DECISION_VERSION + 1 }],
  ])("are not judged when the firmware says %s", (_, versions) => {
    const tag = atHome();
    walk(tag, 1);
    const before = tag.count("agree");
    tag.judge.reported(TAG, { online: true, settingsVersion: 1, firmware: "0.9", ...versions });
    tag.tampers = changing("outside", 1, (entry) => ({ ...entry, to: "inside", from: "outside" }));
    walk(tag, 1);
    expect(tag.count("agree")).toBe(before);
    expect(tag.counters.get("decided-again.not-comparable", "other-firmware")).toBe(4);
    expect(differences(tag)).toEqual({});
  });

  it("agree over walks in and out of two geofences, from the first decision on", () => {
    const tag = atHome();
    walk(tag, 4);
    expect(tag.rig.firmware.stats.transitions).toBe(18);
    expect(tag.count("agree")).toBe(18);
    expect(differences(tag)).toEqual({});
    expect(tag.counters.get("second-opinion", "agree")).toBe(18);
    expect(tag.lines).toEqual([]);
  });

  it("agree after a restart, which forgets every side", () => {
    const tag = atHome();
    walk(tag, 1);
    tag.rig.boot().start();
    tag.rig.connect();
    walk(tag, 1);
    expect(differences(tag)).toEqual({});
    expect(tag.count("agree")).toBe(6 + 6);
  });

  it("agree across settings with the same geofences, and with others once the past makes no difference", () => {
    const tag = atHome();
    tag.send(settingsOf(2, ZONES, 90));
    walk(tag, 1);
    expect(tag.count("agree")).toBe(6);
    // The tag goes on with the side of the geofence that stays, which this side does not know.
    tag.send(settingsOf(3, ZONES.slice(1)));
    walk(tag, 1);
    expect(tag.count("agree")).toBe(6);
    tag.walkTo(0, 3 * 3_600);
    walk(tag, 2);
    expect(differences(tag)).toEqual({});
    expect(tag.count("agree")).toBe(6 + 4);
  });

  it("are not judged by a bridge that has just started, and agree once the past makes no difference", () => {
    const tag = atHome();
    walk(tag, 1);
    tag.restartBridge(settingsOf(1));
    const before = tag.count("agree");
    walk(tag, 1);
    expect(tag.count("agree")).toBe(before);
    expect(tag.counters.get("decided-again.not-comparable", "settings-unproven")).toBe(1);
    tag.walkTo(0, 3 * 3_600);
    walk(tag, 1);
    expect(tag.count("agree")).toBe(before + 4);
    expect(differences(tag)).toEqual({});
  });

  it("are not judged after a hole until the past makes no difference", () => {
    const tag = atHome();
    walk(tag, 1);
    tag.isJudged = () => false;
    tag.walkTo(OUT_M);
    tag.isJudged = () => true;
    tag.walkTo(0);
    expect(tag.counters.get("decided-again.not-comparable", "start-unknown")).toBe(2);
    tag.walkTo(0, 3 * 3_600);
    const before = tag.count("agree");
    walk(tag, 1);
    expect(tag.count("agree")).toBe(before + 4);
    expect(differences(tag)).toEqual({});
  });
});

it("a side that faded is believed, and what follows is judged", () => {
  const tag = atHome();
  tag.isIndoors = true;
  tag.walkTo(0, 25 * 3_600);
  expect(tag.counters.get("decided-again.not-comparable", "faded")).toBe(2);
  tag.isIndoors = false;
  // Long under a roof the tag looks rarely: it is at home again before it goes out.
  tag.walkTo(0, 1_200);
  walk(tag, 1);
  expect(tag.count("agree")).toBe(2 + 6);
  expect(differences(tag)).toEqual({});
});

it("an urgent transition that goes before a backlog waits for it", () => {
  const tag = atHome();
  tag.rig.cut();
  tag.walkTo(0, 3_600);
  walk(tag, 1);
  tag.walkTo(0, 3_600);
  tag.walkTo(OUT_M);
  tag.reconnect();
  expect(tag.firsts.some((first, i) => first < (tag.firsts[i - 1] ?? 0))).toBe(true);
  expect(tag.count("agree")).toBe(2 + 6);
  expect(differences(tag)).toEqual({});
});

it("judges a bounded number of reports, and counts the others", () => {
  const counters = createBridgeCounters();
  const log = createLog("bridge", { write: () => undefined });
  const judge = createReportVerifier({ counters, log, monotonicMs: () => 0, defer: () => undefined });
  judge.wanted(TAG, settingsOf(1));
  judge.reported(TAG, {
    online: true,
    settingsVersion: 1,
    firmware: "1",
    wireVersion: 2,
    decisionVersion: DECISION_VERSION,
  });
  const entries = [{ kind: "no-sky", at: 1, searchedS: 1 } as Entry];
  const report = { epoch: 1, first: 1, oldest: 1, entries } as unknown as Report;
  for (let i = 0; i < 300; i++) judge.stored(TAG, report, 1);
  expect(counters.get("decided-again", "not-judged")).toBe(300 - 256);
});

describe("a tag that lies is found", () => {
  it("about the side", () => {
    const tag = atHome();
    tag.tampers = changing("outside", 1, (entry) => ({ ...entry, to: "inside", from: "outside" }));
    walk(tag, 2);
    expect(differences(tag)).toEqual({ "other-side": 1 });
    expect(tag.count("agree")).toBe(9);
    expect(tag.counters.get("second-opinion", "disagree")).toBe(1);
    const [line = "{}"] = tag.lines.filter((one) => one.includes("transition.differs"));
    expect(JSON.parse(line)).toMatchObject({ event: "transition.differs", tag: TAG, reason: "other-side" });
    // The time of a line may hold any digits.
    const said = tag.lines.join("").replaceAll(/"time":"[^"]*"/g, "");
    expect(said).not.toMatch(/52\.|520|latE7/);
  });

  it("about the time and the evidence", () => {
    const tag = atHome();
    tag.tampers = changing("outside", 1, (entry) => ({ ...entry, at: (entry.at - 60) as typeof entry.at }));
    tag.walkTo(OUT_M);
    expect(differences(tag)).toEqual({ "other-time": 1 });
    tag.tampers = changing("inside", 1, (entry) => ({
      ...entry,
      evidenceFrom: (entry.evidenceFrom - 1) as typeof entry.evidenceFrom,
    }));
    tag.walkTo(0);
    expect(differences(tag)).toEqual({ "other-time": 1, "other-evidence": 1 });
  });

  it("when it hides a transition, or makes one up", () => {
    const tag = atHome();
    const hidden = (entry: Entry): Entry => ({ kind: "no-sky", at: entry.at, searchedS: 5 });
    tag.tampers = changing("outside", 1, hidden);
    walk(tag, 1);
    expect(differences(tag)).toEqual({ "missing-in-tag": 1 });
    let isMade = false;
    tag.tampers = (report) => {
      if (isMade) return report;
      isMade = true;
      const made = { kind: "transition", geofence: 3, from: "inside", to: "outside" } as TransitionEntry;
      const entries = report.entries.map((entry, i) =>
        i > 0 ? entry : { ...made, at: entry.at, evidenceFrom: report.first, settingsVersion: 1 },
      );
      return { ...report, entries };
    };
    tag.walkTo(0, 3_600);
    expect(differences(tag)).toEqual({ "missing-in-tag": 1, "missing-in-ours": 1 });
  });
});

it("does nothing for a tag without geofences", () => {
  const tag = new WalkingTag();
  tag.send(settingsOf(1, []));
  walk(tag, 1);
  expect([...tag.counters.counts]).toEqual([]);
});

it("forgets a tag whose settings are wanted no more", () => {
  const tag = atHome();
  tag.judge.wanted(TAG, undefined);
  const before = tag.count("judged");
  walk(tag, 1);
  expect(tag.count("judged")).toBe(before);
});
