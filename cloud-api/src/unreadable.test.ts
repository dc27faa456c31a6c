import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import { openSealedKeyFile } from "@purrimeter/secrets/sealed-key-file";
import type { KeyRing } from "@purrimeter/secrets/key-ring";
import { makeTestApi, type TestApi, type TestOwner } from "./testing/test-api.ts";
import { NOW_S } from "./testing/test-keys.ts";
import { exitAt, fixAt, record } from "./testing/test-reports.ts";

/** Longer than keys are kept in memory. */
const KEYS_KEPT_MS = 3_600_000;

let folder: string;
let api: TestApi;
let ada: TestOwner;
let bob: TestOwner;
let mimi: TagId;
let tom: TagId;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-unreadable-"));
  const { ring, lose } = losingRing();
  api = await makeTestApi({}, ring);
  [ada, bob] = [await api.owner(), await api.owner()];
  mimi = await tagWithAll("Mimi", "garden");
  lose();
  api.nowMs += KEYS_KEPT_MS;
  tom = await tagWithAll("Tom", "shed");
});
afterAll(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
  rmSync(folder, { recursive: true });
});

/** A key ring that opens nothing any more of what was sealed before `lose`. */
function losingRing(): { ring: KeyRing; lose: () => void } {
  const ring = openSealedKeyFile(join(folder, "owners.keys"), randomBytes(32));
  const [generate, unwrap] = [ring.generate.bind(ring), ring.unwrap.bind(ring)];
  const made = new Set<string>();
  const lost = new Set<string>();
  ring.generate = async (owner) => {
    const key = await generate(owner);
    if (key !== "unknown-owner") made.add(key.wrapped.toString("hex"));
    return key;
  };
  ring.unwrap = async (owner, wrapped) =>
    lost.has(wrapped.toString("hex")) ? "unreadable" : unwrap(owner, wrapped);
  return { ring, lose: () => made.forEach((key) => lost.add(key)) };
}

async function post(path: string, body: object, { token }: TestOwner = ada): Promise<{ code: string }> {
  const { status, body: answer, text } = await api.ask(path, { method: "POST", body, token });
  expect(status, text).toBeLessThan(300);
  return answer;
}

/** A tag of ada's with a geofence, a fix, an event, a share that bob holds, and a finder's report. */
async function tagWithAll(name: string, garden: string): Promise<TagId> {
  const tag = await api.claimedTag(ada, name);
  const shape = { type: "Circle", center: [7, 61], radiusM: 50 };
  await post("/v1/geofences", { name: garden, tagIds: [tag], shape });
  const { version = 0 } = (await api.store.reports.wantedSettings(tag)) ?? {};
  await record(api.store, tag, [fixAt(NOW_S - 120), exitAt(NOW_S - 60, 0, version)]);
  const { code } = await post(`/v1/tags/${tag}/shares`, { kind: "live", name: `viewer of ${name}` });
  await post("/v1/shares/accept", { code }, bob);
  const found = { message: `found ${name}` };
  await api.ask(`/v1/found/${await api.store.registry.printedCode(tag)}`, { method: "POST", body: found });
  return tag;
}

async function list(path: string, { token }: TestOwner = ada): Promise<readonly object[]> {
  const { status, body, text } = await api.ask(path, { token });
  expect(status, text).toBe(200);
  return body.items;
}

it("a tag whose name does not open is marked, and no other", async () => {
  const items = await list("/v1/tags");
  expect(items.find((item) => "id" in item && item.id === mimi)).toMatchObject({
    name: null,
    unreadable: true,
  });
  const other = items.find((item) => "id" in item && item.id === tom);
  expect(other).toMatchObject({ name: "Tom" });
  expect(other).not.toHaveProperty("unreadable");
});

it("a geofence that does not open is marked, and no other", async () => {
  const items = await list("/v1/geofences");
  expect(items).toHaveLength(2);
  expect(items).toContainEqual(
    expect.objectContaining({ name: null, shape: null, tagIds: [mimi], unreadable: true }),
  );
  const other = items.find((item) => "name" in item && item.name === "shed");
  expect(other).toMatchObject({ tagIds: [tom], shape: { type: "Circle" } });
  expect(other).not.toHaveProperty("unreadable");
});

it("a share whose name does not open is marked for its owner and its viewer, and no other", async () => {
  expect(await list(`/v1/tags/${mimi}/shares`)).toMatchObject([
    { name: null, unreadable: true, kind: "live" },
  ]);
  const [share] = await list(`/v1/tags/${tom}/shares`);
  expect(share).toMatchObject({ name: "viewer of Tom" });
  expect(share).not.toHaveProperty("unreadable");
  const held = await list("/v1/shares", bob);
  expect(held).toHaveLength(2);
  for (const tag of [
    { id: mimi, name: null, unreadable: true },
    { id: tom, name: "Tom" },
  ])
    expect(held).toContainEqual(expect.objectContaining({ tag }));
});

it("a finder's report that does not open is marked, and no other", async () => {
  expect(await list(`/v1/tags/${mimi}/found`)).toMatchObject([{ message: null, unreadable: true }]);
  const [report] = await list(`/v1/tags/${tom}/found`);
  expect(report).toMatchObject({ message: "found Tom" });
  expect(report).not.toHaveProperty("unreadable");
});

it("an event that does not open is marked, and no other", async () => {
  const [event] = await list(`/v1/tags/${mimi}/events`);
  expect(event).toMatchObject({ from: null, to: null, unreadable: true });
  const [other] = await list(`/v1/tags/${tom}/events`);
  expect(other).toMatchObject({ from: "inside", to: "outside", geofence: { name: "shed" } });
  expect(other).not.toHaveProperty("unreadable");
});
