import * as fc from "fast-check";
import { expect, it } from "vitest";
import { encodeReport } from "@purrimeter/protocol/report";
import { encodeStatus } from "@purrimeter/protocol/status";
import { DECISION_VERSION } from "@purrimeter/device/decide-side";
import { TAG } from "@purrimeter/device/testing/tag-rig";
import { createLog } from "@purrimeter/service/log";
import type { ReportStore } from "@purrimeter/store/report-store";
import { systemTime } from "@purrimeter/service/system-time";
import { createBridge } from "../bridge.ts";
import { createBridgeCounters } from "../metrics/bridge-counters.ts";
import { until } from "../testing/recording-sink.ts";
import { utcNow } from "../testing/open-test-source.ts";
import { settingsOf, WalkingTag, ZONES } from "../testing/walking-tag.ts";

const MISHAPS = [
  "walk",
  "rest",
  "tag restarts",
  "bridge restarts",
  "report lost to us",
  "settings",
  "offline",
] as const;

/** Does what the mishap says. Settings go by version: odd ones have both zones, even ones the square alone. */
function befall(tag: WalkingTag, mishap: (typeof MISHAPS)[number], metres: number, version: number): number {
  const wanted = (of: number) => settingsOf(of, of % 2 === 1 ? ZONES : ZONES.slice(1));
  if (mishap === "walk") tag.walkTo(metres, 600);
  if (mishap === "rest") tag.walkTo(metres, 7_200);
  if (mishap === "tag restarts") {
    tag.rig.boot().start();
    tag.reconnect();
  }
  if (mishap === "bridge restarts") tag.restartBridge(wanted(version));
  if (mishap === "report lost to us") {
    tag.isJudged = () => false;
    tag.walkTo(metres, 600);
    tag.isJudged = () => true;
  }
  if (mishap === "offline") {
    tag.rig.cut();
    tag.walkTo(metres, 3_600);
    tag.reconnect();
  }
  if (mishap !== "settings") return version;
  tag.send(wanted(version + 1));
  return version + 1;
}

it("finds no difference in an honest tag, whatever befalls it and the bridge", () => {
  const mishap = fc.tuple(fc.constantFrom(...MISHAPS), fc.constantFrom(-250, -90, 0, 0, 70, 250));
  let judged = 0;
  fc.assert(
    fc.property(fc.array(mishap, { minLength: 5, maxLength: 14 }), (mishaps) => {
      const tag = new WalkingTag();
      tag.send(settingsOf(1));
      let version = 1;
      for (const [what, metres] of mishaps) version = befall(tag, what, metres, version);
      judged += tag.count("agree");
      expect([...tag.counters.counts].filter(([name]) => name.includes(".differ"))).toEqual([]);
    }),
    { numRuns: 12, seed: 7, endOnFailure: true },
  );
  expect(judged).toBeGreaterThan(4);
}, 60_000);

it("the bridge judges what it stored, after it has answered", async () => {
  const tag = new WalkingTag();
  const reports: Uint8Array[] = [];
  tag.send(settingsOf(1));
  tag.tampers = (report) => {
    reports.push(encodeReport(report).slice());
    return report;
  };
  tag.walkTo(0);
  const counters = createBridgeCounters();
  const store = {
    registrationState: () => Promise.resolve("claimed"),
    recordReport: (_, { epoch, first, entries }) => {
      const through = first + entries.length - 1;
      return Promise.resolve({
        kind: "stored",
        epoch,
        through,
        stored: entries.length,
        duplicates: 0,
        withheld: 0,
      });
    },
    keepDeadLetter: () => Promise.resolve({ kind: "set-aside", count: 1 }),
    wantedSettings: () => Promise.resolve(settingsOf(1)),
    recordStatus: () => Promise.resolve({ kind: "recorded" }),
    recordManySessions: () => Promise.resolve({ kind: "recorded" }),
    wireVersionOf: () => Promise.resolve(1),
    settingsChangedSince: () => Promise.resolve({ tags: [], cursor: 1 }),
  } satisfies ReportStore as ReportStore;
  const source = {
    open: () => Promise.resolve({ port: 0 }),
    close: () => Promise.resolve(),
    send: () => true,
    expelRevoked: () => Promise.resolve(),
  };
  const log = createLog("bridge", { write: () => undefined });
  const clocks = { now: utcNow, time: systemTime };
  const bridge = createBridge({ store, source, counters, log, retentionDays: 30, ...clocks });
  await bridge.sink.status(
    TAG,
    encodeStatus({
      online: true,
      settingsVersion: 1,
      firmware: "1",
      wireVersion: 2,
      decisionVersion: DECISION_VERSION,
    }),
  );
  for (const bytes of reports) await bridge.sink.report(TAG, bytes);
  expect(counters.get("reports")).toBe(reports.length);
  expect(counters.get("decided-again", "judged")).toBe(0);
  await until(() => counters.get("decided-again", "judged") === reports.length, "the judgement");
  expect(counters.get("decided-again", "agree")).toBe(2);
});
