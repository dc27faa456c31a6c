import { decodeStatus } from "@purrimeter/protocol/status";
import type { LostMode, Settings } from "@purrimeter/protocol/messages";
import { encodeSettings } from "@purrimeter/protocol/settings";
import { encodeCommand } from "@purrimeter/protocol/command";
import { describe, expect, it } from "vitest";
import { Rig, type RigOptions } from "./testing/tag-rig.ts";

const HOUR_S = 3_600;
const LOST: LostMode = { intervalS: 60, floorPercent: 10, buzzS: 5, until: 0 };

function settings(version: number, lost?: LostMode, more: Partial<Settings> = {}): Uint8Array {
  const pace = { fixIntervalS: 300, reportIntervalS: HOUR_S, geofences: [] };
  return encodeSettings({ version, ...pace, ...(lost === undefined ? {} : { lost }), ...more });
}

/** A cat that sleeps, whose tag has a session only while there is something to say. */
function asleep(options: RigOptions = { idleTimeoutMs: 3_000 }): Rig {
  const rig = new Rig(options);
  rig.firmware.start();
  rig.hasCoverage = true;
  rig.hear(settings(1), "settings");
  rig.isMoving = true;
  rig.pass(600);
  rig.isMoving = false;
  rig.pass(2 * HOUR_S);
  return rig;
}

function fixesIn(rig: Rig, seconds: number): number {
  const before = rig.firmware.stats.fixes;
  rig.pass(seconds);
  return rig.firmware.stats.fixes - before;
}

/** What the tag last said of lost mode. */
function saidLost(rig: Rig): boolean | undefined {
  const last = rig.statuses().at(-1);
  const status = last && decodeStatus(last);
  return status?.ok === true ? status.value.isLost : undefined;
}

/** Battery of the last health entry that the cloud has. */
function batteryTold(rig: Rig): number | undefined {
  const entries = [...rig.cloud.stored].sort(([a], [b]) => a - b).map(([, entry]) => entry);
  const last = entries.findLast((entry) => entry.kind === "health");
  return last?.kind === "health" ? last.batteryPercent : undefined;
}

describe("a lost cat", () => {
  it("is located and reported each interval, also while it sleeps", () => {
    const rig = asleep();
    expect(fixesIn(rig, HOUR_S)).toBe(0);
    rig.hear(settings(2, LOST), "settings");
    rig.pass(60);
    const { sessions } = rig;
    expect(fixesIn(rig, HOUR_S)).toBe(60);
    expect(rig.sessions - sessions).toBe(60);
    rig.pass(5);
    expect(rig.firmware.stats.pending).toBe(0);
  });

  it("is reported each interval under a roof too, and listened for no beacon", () => {
    const rig = asleep({ idleTimeoutMs: 3_000, hasBeacon: true });
    rig.callsHome = true;
    rig.place = undefined;
    rig.hear(settings(2, { ...LOST, intervalS: 120 }), "settings");
    rig.pass(300);
    const { sessions, listens } = rig;
    rig.pass(HOUR_S);
    expect(rig.sessions - sessions).toBeGreaterThanOrEqual(29);
    expect(rig.listens).toBe(listens);
  });

  it("sounds when it moves, once a minute at most; in silence never", () => {
    const rig = asleep();
    rig.hear(settings(2, LOST), "settings");
    rig.pass(300);
    expect(rig.done).toEqual([]);
    rig.isMoving = true;
    rig.pass(300);
    expect(rig.done).toEqual(Array.from({ length: 5 }, () => "buzz 5"));
    rig.hear(settings(3, { ...LOST, buzzS: 0 }), "settings");
    rig.pass(300);
    expect(rig.done).toHaveLength(5);
  });

  it("is followed more closely live, and at its interval after that", () => {
    const rig = asleep();
    rig.hear(settings(2, LOST), "settings");
    rig.pass(60);
    const live = encodeCommand({ id: 1, action: "live", seconds: 60, expiresAt: rig.utcS + 60 });
    rig.hear(live, "command");
    expect(fixesIn(rig, 60)).toBeGreaterThanOrEqual(11);
    expect(fixesIn(rig, 600)).toBeLessThanOrEqual(11);
  });

  it("is still lost after a restart", () => {
    const rig = asleep();
    rig.hear(settings(2, LOST), "settings");
    rig.pass(60);
    rig.boot().start();
    rig.pass(60);
    expect(fixesIn(rig, 600)).toBe(10);
    expect(saidLost(rig)).toBe(true);
  });
});

describe("lost mode ends", () => {
  it("when its owner says so", () => {
    const rig = asleep();
    rig.hear(settings(2, LOST), "settings");
    rig.pass(600);
    rig.hear(settings(3), "settings");
    rig.pass(600);
    expect(fixesIn(rig, HOUR_S)).toBe(0);
    expect(saidLost(rig)).toBeUndefined();
  });

  it("at the battery's floor, tells the battery at once and does not begin again", () => {
    const rig = asleep();
    rig.hear(settings(2, LOST), "settings");
    rig.pass(600);
    rig.battery = 10;
    rig.pass(120);
    expect(batteryTold(rig)).toBe(10);
    rig.battery = 12;
    rig.isMoving = true;
    rig.pass(60);
    const sounded = rig.done.length;
    rig.pass(600);
    expect(rig.done).toHaveLength(sounded);
    rig.isMoving = false;
    rig.pass(600);
    expect(fixesIn(rig, HOUR_S)).toBe(0);
    rig.firmware.uplinkDown();
    rig.connect();
    expect(saidLost(rig)).toBe(false);
  });

  it("at once when the battery is below the floor already", () => {
    const rig = asleep();
    rig.battery = 8;
    rig.hear(settings(2, LOST), "settings");
    expect(saidLost(rig)).not.toBe(true);
    rig.pass(120);
    expect(batteryTold(rig)).toBe(8);
    expect(fixesIn(rig, HOUR_S)).toBe(0);
  });

  it("at its time, by the receiver's clock", () => {
    const rig = asleep();
    rig.hear(settings(2, { ...LOST, until: rig.utcS + 600 }), "settings");
    expect(fixesIn(rig, 590)).toBeGreaterThanOrEqual(9);
    rig.pass(120);
    expect(fixesIn(rig, HOUR_S)).toBe(0);
  });

  it("not at its time while the tag does not know the time", () => {
    const rig = new Rig();
    rig.place = undefined;
    rig.firmware.start();
    rig.connect();
    rig.hear(settings(2, { ...LOST, until: 1 }), "settings");
    rig.pass(600);
    expect(saidLost(rig)).toBe(true);
  });
});
