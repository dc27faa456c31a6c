import { afterAll, beforeAll, expect, it } from "vitest";
import { NOON_S, Rig } from "@purrimeter/device/testing/tag-rig";
import { encodeAck } from "@purrimeter/protocol/ack";
import { decodeReport } from "@purrimeter/protocol/report";
import { encodeSettings } from "@purrimeter/protocol/settings";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { makeTestApi, type TestApi, type TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";

const HOURS_S = 3_600;

let api: TestApi;
let owner: TestOwner;
let tag: TagId;
let rig: Rig;

beforeAll(async () => {
  api = await makeTestApi();
  owner = await api.owner();
  tag = await api.claimedTag(owner);
  rig = new Rig();
});
afterAll(() => api.close());

/** Time passes; then what the firmware reported is stored, in the days before the API's now. */
async function pass(seconds: number): Promise<void> {
  rig.pass(seconds, false);
  for (let reports = rig.takeReports(); reports.length > 0; reports = rig.takeReports())
    for (const report of reports) await take(report);
}

async function take(bytes: Uint8Array): Promise<void> {
  const decoded = decodeReport(bytes);
  if (!decoded.ok) throw new Error(decoded.error.reason);
  const earlier = (at: number) => (at === 0 ? 0 : at - NOON_S + NOW_S - 24 * HOURS_S) as UnixSeconds;
  const entries = decoded.value.entries.map((entry) => ({ ...entry, at: earlier(entry.at) }));
  const received = { at: NOW_S as UnixSeconds, suspect: undefined };
  const outcome = await api.store.reports.recordReport(tag, { ...decoded.value, entries }, received);
  if (outcome.kind !== "stored") throw new Error(outcome.reason);
  rig.hear(encodeAck({ kind: "stored", epoch: outcome.epoch, through: outcome.through }));
}

it("the events of a tag that starts again outside say that the cat was inside when last known", async () => {
  const circle = { type: "Circle", center: [5, 52], radiusM: 75 };
  const drawn = await api.ask("/v1/geofences", {
    method: "POST",
    token: owner.token,
    body: { name: "home", shape: circle, tagIds: [tag] },
  });
  expect(drawn.status).toBe(201);
  rig.firmware.start();
  rig.connect();
  const settings = await api.store.reports.wantedSettings(tag);
  if (settings === undefined) throw new Error("no settings");
  rig.hear(encodeSettings(settings), "settings");
  await pass(2 * HOURS_S);
  rig.cut();
  rig.utcS = 0;
  rig.nowMs += HOURS_S * 1_000;
  rig.isReceiving = false;
  rig.place = { lat: 52.004, lon: 5 };
  rig.boot().start();
  rig.connect();
  await pass(HOURS_S);
  const { body } = await api.ask(`/v1/tags/${tag}/events`, { token: owner.token });
  expect(body.items).toMatchObject([
    { from: "unknown", to: "inside", lastKnown: null },
    { from: "unknown", to: "outside", lastKnown: "inside" },
  ]);
});
