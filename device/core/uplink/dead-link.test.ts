import { encodeAck } from "@purrimeter/protocol/ack";
import { crc32 } from "@purrimeter/protocol/crc32";
import type { GeofenceSetting, Settings } from "@purrimeter/protocol/messages";
import { encodeSettings } from "@purrimeter/protocol/settings";
import type { GeofenceRef, LatE7, LonE7 } from "@purrimeter/protocol/values";
import { describe, expect, it } from "vitest";
import { Rig } from "../testing/tag-rig.ts";

const away = { lat: 52.01, lon: 5 };

const zone: GeofenceSetting = {
  kind: "circle",
  ref: 3 as GeofenceRef,
  latE7: 520_000_000 as LatE7,
  lonE7: 50_000_000 as LonE7,
  radiusCm: 7_500,
};

const SETTINGS: Settings = { version: 2, fixIntervalS: 60, reportIntervalS: 600, geofences: [zone] };

function kinds(rig: Rig): string[] {
  return [...rig.cloud.stored.values()].map(({ kind }) => kind);
}

function busy(report: Uint8Array): Uint8Array {
  return encodeAck({
    kind: "refused",
    reason: "busy",
    reportCrc: crc32(report, 0, report.length),
    final: false,
  });
}

describe("a link that swallows everything", () => {
  /** Connected, with everything sent and answered so far; nothing is answered from now on. */
  function swallowed(): Rig {
    const rig = new Rig();
    rig.firmware.start();
    rig.hasCoverage = true;
    rig.connect();
    rig.hear(encodeSettings(SETTINGS), "settings");
    rig.pass(400);
    expect(rig.firmware.stats.pending).toBeLessThan(5);
    return rig;
  }

  /** Seconds until the session is given up. */
  function secondsToGiveUp(rig: Rig, limitS: number): number {
    for (let s = 1; s <= limitS; s++) {
      rig.pass(1, false);
      if (rig.firmware.uplinkCounts.deadSessions > 0) return s;
    }
    return Infinity;
  }

  it("is given up after two unanswered reports, some 70 s after the first, and the new session takes them", () => {
    const rig = swallowed();
    const { reports } = rig.firmware.stats;
    while (rig.firmware.stats.reports === reports) rig.pass(1, false);
    expect(secondsToGiveUp(rig, 600)).toBeLessThanOrEqual(75);
    // Two that were not answered, and one in the new session.
    expect(rig.firmware.stats.reports).toBe(reports + 3);
    rig.pass(5);
    expect(rig.firmware.stats.pending).toBe(0);
  });

  it("is given up after one, when a transition has waited longer than its promise", () => {
    const rig = swallowed();
    const { reports, transitions } = rig.firmware.stats;
    while (rig.firmware.stats.reports === reports) rig.pass(1, false);
    const sessions = rig.sessions;
    rig.place = away;
    while (rig.firmware.stats.transitions === transitions) rig.pass(1, false);
    while (rig.sessions === sessions) rig.pass(1, false);
    rig.pass(3);
    expect(kinds(rig)).toContain("transition");
  });

  it("has a transition out within 75 s of its decision, although the first session is dead", () => {
    const rig = swallowed();
    const { transitions } = rig.firmware.stats;
    rig.place = away;
    while (rig.firmware.stats.transitions === transitions) rig.pass(1, false);
    expect(secondsToGiveUp(rig, 600)).toBeLessThanOrEqual(75);
  });

  it("waits longer from session to session while no report is answered, so that a silent cloud is not stormed", () => {
    const rig = swallowed();
    rig.pass(6 * 3_600, false);
    const { deadSessions } = rig.firmware.uplinkCounts;
    expect(deadSessions).toBeGreaterThan(3);
    expect(deadSessions).toBeLessThan(40);
    rig.pass(3_600);
    // What the report interval of ten minutes gathers.
    expect(rig.firmware.stats.pending).toBeLessThan(15);
  });

  it("is kept while the cloud answers, be it with a refusal", () => {
    const rig = swallowed();
    for (let i = 0; i < 60; i++) {
      rig.pass(30, false);
      const report = rig.sent.findLast(({ topic }) => topic.endsWith("/report"));
      if (report !== undefined) rig.hear(busy(report.bytes), "ack");
    }
    expect(rig.firmware.uplinkCounts.deadSessions).toBe(0);
  });
});
