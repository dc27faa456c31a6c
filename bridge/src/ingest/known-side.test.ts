import { afterEach, beforeEach, expect, it } from "vitest";
import { NOON_S, Rig, TAG } from "@purrimeter/device/testing/tag-rig";
import type { LatE7, LonE7, UnixSeconds } from "@purrimeter/protocol/values";
import { createLog } from "@purrimeter/service/log";
import { systemTime } from "@purrimeter/service/system-time";
import type { Store } from "@purrimeter/store/open-store";
import { createBridge, type Bridge } from "../bridge.ts";
import { createBridgeCounters } from "../metrics/bridge-counters.ts";
import { claimTag, createTestStore, OWNER, type TestStore } from "../testing/test-store.ts";

const MINUTE_S = 60;
const HOME = {
  kind: "circle" as const,
  latE7: 520_000_000 as LatE7,
  lonE7: 50_000_000 as LonE7,
  radiusCm: 7_500,
};

let files: TestStore;
let store: Store;
let bridge: Bridge;
let rig: Rig;

beforeEach(async () => {
  files = createTestStore();
  rig = new Rig();
  const now = () => (NOON_S + Math.floor(rig.nowMs / 1_000)) as UnixSeconds;
  store = files.open({ now });
  await claimTag(store, TAG);
  const source = {
    open: () => Promise.resolve({ port: 0 }),
    close: () => Promise.resolve(),
    send: (_: unknown, channel: string, bytes: Uint8Array) => (rig.hear(bytes, channel), true),
    expelRevoked: () => Promise.resolve(),
  };
  const log = createLog("bridge", { write: () => undefined });
  const parts = { store: store.reports, source, counters: createBridgeCounters(), log };
  bridge = createBridge({ ...parts, retentionDays: 30, now, time: systemTime });
});
afterEach(async () => {
  await store.close();
  files.remove();
});

/** Time passes; then the bridge hears what the tag said meanwhile. */
async function pass(seconds: number): Promise<void> {
  rig.pass(seconds, false);
  for (let reports = rig.takeReports(); reports.length > 0; reports = rig.takeReports())
    for (const report of reports) rig.hear(await bridge.sink.report(TAG, report));
}

async function begin(): Promise<void> {
  rig.firmware.start();
  rig.connect();
  const statuses = rig.statuses();
  await bridge.sink.status(TAG, statuses.at(-1) ?? new Uint8Array());
}

async function changes(): Promise<unknown[]> {
  const range = { from: 0 as UnixSeconds, to: 4_000_000_000 as UnixSeconds, limit: 100 };
  const page = await store.forOwner(OWNER).events(TAG, range);
  if (page === "not-found") throw new Error("no such tag");
  return page.items.map(({ from, to, lastKnown }) => [from, to, lastKnown]);
}

it("a cat that a restarted tag finds outside was inside when last known", async () => {
  await store.forOwner(OWNER).createGeofence({ name: "home", shape: HOME, tagIds: [TAG] });
  await begin();
  for (let i = 0; i < 12; i++) await pass(10 * MINUTE_S);
  expect(await changes()).toEqual([["unknown", "inside", null]]);
  rig.cut();
  rig.utcS = 0;
  rig.nowMs += 10 * MINUTE_S * 1_000;
  rig.isReceiving = false;
  rig.place = { lat: 52.004, lon: 5 };
  rig.boot();
  await begin();
  for (let i = 0; i < 6; i++) await pass(10 * MINUTE_S);
  expect(await changes()).toEqual([
    ["unknown", "inside", null],
    ["unknown", "outside", "inside"],
  ]);
});
