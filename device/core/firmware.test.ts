import { encodeAck } from "@purrimeter/protocol/ack";
import { crc32 } from "@purrimeter/protocol/crc32";
import { encodeCommand } from "@purrimeter/protocol/command";
import type { Command, GeofenceSetting, RefusalReason, Settings } from "@purrimeter/protocol/messages";
import { decodeReport } from "@purrimeter/protocol/report";
import { encodeSettings } from "@purrimeter/protocol/settings";
import { decodeStatus } from "@purrimeter/protocol/status";
import type { GeofenceRef, LatE7, LonE7 } from "@purrimeter/protocol/values";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NOON_S, Rig, storedAck } from "./testing/tag-rig.ts";

const home = { lat: 52, lon: 5 };
const away = { lat: 52.01, lon: 5 };

const zone: GeofenceSetting = {
  kind: "circle",
  ref: 3 as GeofenceRef,
  latE7: 520_000_000 as LatE7,
  lonE7: 50_000_000 as LonE7,
  radiusCm: 7_500,
};

function settings(version: number, more: Partial<Settings> = {}): Uint8Array {
  return encodeSettings({ version, fixIntervalS: 60, reportIntervalS: 600, geofences: [zone], ...more });
}

function started(rig = new Rig()): Rig {
  rig.firmware.start();
  return rig;
}

function kinds(rig: Rig): string[] {
  return [...rig.cloud.stored].sort(([a], [b]) => a - b).map(([, entry]) => entry.kind);
}

function refusal(report: Uint8Array, reason: RefusalReason, final: boolean): Uint8Array {
  return encodeAck({ kind: "refused", reason, reportCrc: crc32(report, 0, report.length), final });
}

describe("a tag", () => {
  it("notes its start, takes a fix a minute and reports every five minutes until settings come", () => {
    const rig = started();
    rig.connect();
    rig.pass(30 * 60);
    const { stats } = rig.firmware;
    // One at the start, without a time; one as soon as the time is known.
    expect(kinds(rig).filter((kind) => kind === "health")).toHaveLength(2);
    expect(stats.fixes).toBeGreaterThanOrEqual(29);
    expect(stats.fixes).toBeLessThanOrEqual(31);
    expect(stats.reports).toBeLessThanOrEqual(8);
    expect(stats.entries).toBe(stats.acknowledged + stats.pending);
    expect(stats.resent).toBe(0);
  });

  it("turns the receiver off between two fixes, and sets its clock by it", () => {
    const rig = started();
    rig.pass(2);
    expect(rig.isReceiving).toBe(false);
    expect(rig.utcS).toBe(NOON_S + 2);
  });

  it("notes that there is no sky and searches more rarely", () => {
    const rig = started();
    rig.place = undefined;
    rig.connect();
    rig.pass(3_600);
    const empty = [...rig.cloud.stored.values()].filter((entry) => entry.kind === "no-sky");
    expect(empty.length).toBeGreaterThan(15);
    expect(empty.length).toBeLessThan(30);
    expect(empty[0]).toMatchObject({ searchedS: 90 });
    rig.place = home;
    rig.pass(1_000);
    expect(rig.firmware.stats.fixes).toBeGreaterThan(1);
  });

  it("publishes the version of its settings when the session is established", () => {
    const rig = started();
    rig.hear(settings(9), "settings");
    expect(rig.statuses()).toHaveLength(0);
    rig.connect();
    const status = decodeStatus(rig.statuses()[0] ?? new Uint8Array());
    expect(status).toEqual({
      ok: true,
      value: { online: true, settingsVersion: 9, firmware: "1.0.0", wireVersion: 2, decisionVersion: 2 },
    });
  });
});

describe("transitions", () => {
  it("go at once, with the settings that made them", () => {
    const rig = started();
    rig.connect();
    rig.hear(settings(2), "settings");
    rig.pass(10 * 60);
    rig.place = away;
    rig.pass(15 * 60);
    const transitions = [...rig.cloud.stored.values()].filter((entry) => entry.kind === "transition");
    expect(transitions.map(({ from, to }) => [from, to])).toEqual([
      ["unknown", "inside"],
      ["inside", "outside"],
    ]);
    expect(transitions[1]).toMatchObject({ geofence: 3, settingsVersion: 2 });
  });

  it("go before a long backlog, and the backlog follows", () => {
    const rig = started();
    rig.hear(settings(2), "settings");
    rig.pass(3 * 3_600);
    rig.place = away;
    rig.pass(10 * 60);
    rig.connect();
    const first = decodeReport(rig.takeReports()[0] ?? new Uint8Array());
    if (!first.ok) throw new Error(first.error.reason);
    expect(first.value.entries.some((entry) => entry.kind === "transition" && entry.to === "outside")).toBe(
      true,
    );
    expect(first.value.first).toBeGreaterThan(100);
    expect(first.value.oldest).toBe(1);
    rig.pass(60);
    rig.pass(60);
    expect(rig.firmware.stats.pending).toBeLessThan(3);
    expect(rig.cloud.stored.size).toBeGreaterThan(130);
  });
});

describe("settings", () => {
  it("are kept over a restart", () => {
    const rig = started();
    rig.hear(settings(5, { fixIntervalS: 300 }), "settings");
    rig.boot().start();
    rig.connect();
    const status = decodeStatus(rig.statuses().at(-1) ?? new Uint8Array());
    expect(status).toMatchObject({ value: { settingsVersion: 5 } });
    rig.pass(3_000);
    expect(rig.firmware.stats.fixes).toBeLessThan(13);
  });

  it("with the same geofences keep the sides, others are decided again", () => {
    const rig = started();
    rig.connect();
    rig.hear(settings(2), "settings");
    rig.pass(300);
    const { transitions } = rig.firmware.stats;
    expect(transitions).toBe(1);
    rig.hear(settings(3, { fixIntervalS: 30 }), "settings");
    rig.pass(300);
    expect(rig.firmware.stats.transitions).toBe(1);
    rig.hear(settings(4, { geofences: [{ ...zone, radiusCm: 8_000 }] }), "settings");
    rig.pass(300);
    expect(rig.firmware.stats.transitions).toBe(2);
  });

  it("that cannot be read are refused in the status, and nothing stops", () => {
    const rig = started();
    rig.connect();
    rig.hear(settings(2), "settings");
    rig.hear(settings(3).subarray(0, 20), "settings");
    const status = decodeStatus(rig.statuses().at(-1) ?? new Uint8Array());
    expect(status).toMatchObject({ value: { settingsVersion: 2, refusedSettings: { reason: "truncated" } } });
    rig.pass(600);
    expect(rig.firmware.stats.fixes).toBeGreaterThan(6);
  });

  it("whose geofences the tag cannot run are refused with their version, and those before stay", () => {
    const rig = started();
    rig.connect();
    rig.hear(settings(2), "settings");
    const pole = { ...zone, latE7: 900_000_000 as LatE7 };
    rig.hear(settings(3, { geofences: [pole] }), "settings");
    const status = decodeStatus(rig.statuses().at(-1) ?? new Uint8Array());
    expect(status).toMatchObject({ value: { settingsVersion: 2, refusedSettings: { version: 3 } } });
    rig.pass(180);
    expect(kinds(rig)).toContain("transition");
  });
});

describe("commands", () => {
  const command = (id: number, action: Command["action"], expiresAt = NOON_S + 900): Uint8Array =>
    encodeCommand({ id, action, seconds: 30, expiresAt });

  it("are acted on once", () => {
    const rig = started();
    rig.pass(10);
    rig.hear(command(1, "buzz"), "command");
    rig.hear(command(2, "light"), "command");
    rig.hear(command(1, "buzz"), "command");
    expect(rig.done).toEqual(["buzz 30", "light 30"]);
  });

  it("are ignored when they are over", () => {
    const rig = started();
    rig.pass(10);
    rig.hear(command(1, "buzz", NOON_S), "command");
    expect(rig.done).toEqual([]);
  });

  it("live give a fix every five seconds, reported at once, and end", () => {
    const rig = started();
    rig.connect();
    rig.pass(70);
    const before = rig.firmware.stats.fixes;
    rig.hear(command(1, "live"), "command");
    rig.pass(29);
    expect(rig.firmware.stats.fixes - before).toBeGreaterThanOrEqual(5);
    expect(rig.firmware.stats.fixes - before).toBeLessThanOrEqual(7);
    expect(rig.firmware.stats.pending).toBe(0);
    rig.pass(60);
    expect(rig.firmware.stats.fixes - before).toBeLessThanOrEqual(9);
  });
});

describe("an uplink", () => {
  it("that answers nothing gets the report again, more and more rarely", () => {
    const rig = started();
    rig.hasCoverage = true;
    rig.connect();
    const sentAt: number[] = [];
    for (let s = 0; s < 4 * 3_600; s++) {
      rig.pass(1, false);
      if (rig.takeReports().length > 0) sentAt.push(s);
    }
    expect(sentAt.length).toBeGreaterThan(8);
    expect(sentAt.length).toBeLessThan(40);
    expect((sentAt.at(-1) ?? 0) - (sentAt.at(-2) ?? 0)).toBeGreaterThan(300);
    expect(rig.firmware.stats.resent).toBeGreaterThan(8);
    rig.pass(3_600);
    expect(rig.firmware.stats.pending).toBeLessThan(6);
  });

  it("that answers twice, late, or for a number never sent frees nothing that is not stored", () => {
    const rig = started();
    rig.connect();
    rig.pass(600);
    const epoch = rig.cloud.epoch ?? 0;
    rig.cut();
    rig.pass(600);
    const held = rig.firmware.stats.pending;
    expect(held).toBeGreaterThan(8);
    const before = rig.firmware.uplinkCounts.strayAcks;
    rig.hear(storedAck(epoch, 5));
    rig.hear(storedAck(epoch, 4_000_000));
    rig.hear(storedAck(epoch, 15));
    rig.hear(storedAck(epoch, 1, { first: 3, last: 4_294_967_295 }));
    rig.hear(storedAck(epoch + 1, 15));
    expect(rig.firmware.uplinkCounts.strayAcks - before).toBe(5);
    expect(rig.firmware.stats.pending).toBe(held);
    rig.connect();
    rig.pass(60);
    expect(rig.firmware.stats.pending).toBeLessThan(3);
  });

  it("that cannot take a report is asked again", () => {
    const rig = started();
    rig.takes = false;
    rig.connect();
    rig.pass(60);
    rig.takes = true;
    rig.pass(10);
    expect(rig.cloud.stored.size).toBeGreaterThan(0);
    expect(rig.statuses()).toHaveLength(1);
  });

  it("that refuses a report for good has its entries let go, and the next report goes through", () => {
    const rig = started();
    rig.connect();
    rig.pass(1, false);
    const [poisoned] = rig.takeReports();
    rig.hear(refusal(poisoned ?? new Uint8Array(), "out-of-range", true));
    rig.pass(900);
    expect(rig.firmware.uplinkCounts.rejected).toBeGreaterThan(0);
    expect(rig.cloud.oldest).toBeGreaterThan(1);
    expect(rig.cloud.stored.size).toBeGreaterThan(8);
  });

  it.each<RefusalReason>(["unclaimed", "storage-full", "busy"])(
    "that says %s gets the same entries later",
    (reason) => {
      const rig = started();
      rig.connect();
      for (let s = 0; s < 3_600; s++) {
        rig.pass(1, false);
        for (const report of rig.takeReports()) rig.hear(refusal(report, reason, false));
      }
      expect(rig.firmware.uplinkCounts.refused).toBeLessThan(20);
      expect(rig.firmware.stats.acknowledged).toBe(0);
      rig.pass(1_200);
      expect(rig.cloud.stored.get(1)?.kind).toBe("health");
      expect(rig.firmware.stats.acknowledged).toBe(rig.cloud.stored.size);
    },
  );

  it("with a refusal of another report changes nothing", () => {
    const rig = started();
    rig.connect();
    rig.takeReports();
    rig.hear(refusal(Uint8Array.of(1), "out-of-range", true));
    expect(rig.firmware.uplinkCounts).toMatchObject({ strayAcks: 1, rejected: 0 });
    expect(rig.firmware.stats.pending).toBe(1);
  });
});

describe("whatever arrives", () => {
  it("never makes the tag throw or stop", () => {
    const channel = fc.constantFrom("ack", "settings", "command", "report", "status", "nothing");
    fc.assert(
      fc.property(
        fc.array(fc.tuple(channel, fc.uint8Array({ maxLength: 200 })), { maxLength: 30 }),
        (messages) => {
          const rig = started();
          rig.connect();
          for (const [name, bytes] of messages) rig.hear(bytes, name);
          for (const [, bytes] of messages) rig.firmware.gnssBytes(bytes, bytes.length);
          rig.pass(600);
          expect(rig.cloud.stored.size).toBeGreaterThan(1);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("a battery gauge that errs does not spoil the report", () => {
    for (const percent of [NaN, -4, 130, 49.6]) {
      const rig = new Rig();
      rig.battery = percent;
      started(rig).connect();
      rig.pass(1);
      expect(rig.cloud.stored.get(1)).toMatchObject({
        batteryPercent: { [49.6]: 50, [130]: 100 }[percent] ?? 0,
      });
    }
  });
});

describe("cuts of power and radio", () => {
  it("lose no entry and give no number twice", () => {
    const act = fc.oneof(
      fc.record({ act: fc.constantFrom("connect", "cut", "deaf", "move", "roof"), s: fc.nat(900) }),
      fc.record({ act: fc.constant("power"), s: fc.nat(900), bytes: fc.nat(2_000) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 25 }), (acts) => {
        const rig = started();
        rig.hear(settings(2), "settings");
        for (const one of acts) {
          if (one.act === "connect") rig.connect();
          if (one.act === "cut") rig.cut();
          if (one.act === "move") rig.place = away;
          if (one.act === "roof") rig.place = undefined;
          if ("bytes" in one) rig.flash.cutAfter(one.bytes);
          passOrDie(rig, one.s, one.act !== "deaf");
        }
        rig.flash.restorePower();
        rig.connect();
        rig.pass(7_200);
        rig.answer();
        expect(rig.firmware.stats.pending).toBeLessThanOrEqual(10);
        const { stored, oldest } = rig.cloud;
        for (const number of stored.keys()) expect(number).toBeGreaterThan(0);
        expect(oldest).toBeGreaterThan(1);
      }),
      { numRuns: 60 },
    );
  });
});

/** A cut of power throws out of the firmware, as it would end the program; then the tag starts again. */
function passOrDie(rig: Rig, seconds: number, answer: boolean): void {
  try {
    rig.pass(seconds, answer);
  } catch (error) {
    if (!rig.flash.isCut) throw error;
    rig.flash.restorePower();
    rig.boot().start();
  }
}
