import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeTestApi, TEST_BOUNDS, type Answer, type TestApi, type TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { exitAt, fixAt, record } from "../testing/test-reports.ts";

const DAY_S = 86_400;

let api: TestApi;
let mia: TestOwner;
beforeEach(async () => {
  api = await makeTestApi();
  mia = await api.owner();
});
afterEach(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

const read = (owner = mia): Promise<Answer> => api.ask("/v1/account", { token: owner.token });
const change = (body: unknown, owner = mia): Promise<Answer> =>
  api.ask("/v1/account", { method: "PATCH", token: owner.token, body });
const dayOf = (at: number): string => new Date(at * 1_000).toISOString().slice(0, 10);

describe("how long locations are kept", () => {
  test("is the operator's default, then what the owner chose, and nobody else's choice", async () => {
    const tom = await api.owner();
    const bounds = { minRetentionDays: 1, maxRetentionDays: 365 };
    const usual = { retentionDays: 90, afterwards: "delete", ...bounds, language: "en", timeZone: "UTC" };
    const keptFrom = (days: number) => `${dayOf(NOW_S - days * DAY_S)}T00:00:00Z`;
    expect((await read()).body).toEqual({ ...usual, keptFrom: keptFrom(90) });
    const chosen = { ...usual, retentionDays: 7, afterwards: "totals", keptFrom: keptFrom(7) };
    const answer = await change({ retentionDays: 7, afterwards: "totals" });
    expect([answer.status, answer.body]).toEqual([200, chosen]);
    expect((await read()).body).toEqual(chosen);
    expect((await change({ afterwards: "anonymise" })).body).toEqual({ ...chosen, afterwards: "anonymise" });
    expect((await read(tom)).body).toMatchObject(usual);
  });

  test.each([0, -1, 1e9, 366, 1.5, "7", null, true, [7], NaN])("is not %j days", async (retentionDays) => {
    const { status, body } = await change({ retentionDays });
    expect([status, body.type, body.errors[0]?.field]).toEqual([
      400,
      "/v1/problems/invalid-request",
      "retentionDays",
    ]);
    expect((await read()).body).toMatchObject({ retentionDays: 90 });
  });

  test.each([0, -1, 1e9, 366])("is refused with its limit: %j", async (retentionDays) => {
    const limit = retentionDays < 1 ? 1 : 365;
    expect((await change({ retentionDays })).body.errors[0]).toMatchObject({ field: "retentionDays", limit });
  });

  test.each([
    {},
    { afterwards: "keep" },
    { retentionDays: 7, email: "x" },
    { days: 7 },
    [],
    "x",
    "null",
    "7",
  ])("is not changed by %j", async (body) => {
    expect((await change(body)).status).toBe(400);
    expect((await read()).body).toMatchObject({ retentionDays: 90, afterwards: "delete" });
  });

  test("stays within the operator's bounds, which an answer names", async () => {
    api.use({ retentionBounds: { minDays: 7, maxDays: 30, defaultDays: 30, formerDays: 30 } });
    for (const [retentionDays, limit] of [
      [6, 7],
      [31, 30],
    ]) {
      const { status, body } = await change({ retentionDays });
      expect([status, body.errors[0]]).toMatchObject([400, { field: "retentionDays", limit }]);
    }
    expect((await change({ retentionDays: 30 })).status).toBe(200);
    api.use({ retentionBounds: { minDays: 1, maxDays: 14, defaultDays: 14, formerDays: 14 } });
    expect((await read()).body).toMatchObject({ retentionDays: 14, maxRetentionDays: 14 });
  });
});

describe("how an account is written to", () => {
  test("is in the language and time zone that it chose, and changes nothing else", async () => {
    const tom = await api.owner();
    expect((await change({ language: "de" })).body).toMatchObject({ language: "de", timeZone: "UTC" });
    const { body } = await change({ timeZone: "europe/zurich" });
    expect(body).toMatchObject({ language: "de", timeZone: "Europe/Zurich", retentionDays: 90 });
    expect((await change({ retentionDays: 7 })).body).toMatchObject({ language: "de", retentionDays: 7 });
    expect((await read()).body).toMatchObject({ language: "de", timeZone: "Europe/Zurich" });
    expect((await read(tom)).body).toMatchObject({ language: "en", timeZone: "UTC" });
  });

  test.each([
    ["language", "fr"],
    ["language", "EN"],
    ["language", null],
    ["timeZone", "+01:00"],
    ["timeZone", "Mars/Olympus"],
    ["timeZone", "x".repeat(65)],
    ["timeZone", 1],
  ])("%s is not %j", async (field, value) => {
    const answer = await change({ [field]: value, retentionDays: 7 });
    expect([answer.status, answer.body.errors[0]?.field]).toEqual([400, field]);
    expect((await read()).body).toMatchObject({ language: "en", timeZone: "UTC", retentionDays: 90 });
  });
});

describe("totals", () => {
  let tag: TagId;
  const NOON = Math.floor(NOW_S / DAY_S) * DAY_S - DAY_S / 2;
  const run = (days: number): Promise<unknown> =>
    api.store.retention.run({ asOf: (NOW_S + days * DAY_S) as UnixSeconds, bounds: TEST_BOUNDS });
  beforeEach(async () => {
    tag = await api.claimedTag(mia);
    const shape = { type: "Circle", center: [-30, 1], radiusM: 75 };
    await api.ask("/v1/geofences", {
      method: "POST",
      body: { name: "Home", tagIds: [tag], shape },
      token: mia.token,
    });
    const { wanted } = (await api.ask(`/v1/tags/${tag}`, { token: mia.token })).body.settings;
    await record(api.store, tag, [fixAt(NOON), exitAt(NOON + 60, 0, wanted), fixAt(NOON + DAY_S)]);
    await change({ retentionDays: 1, afterwards: "totals" });
  });

  const totals = (query = "", owner = mia): Promise<Answer> =>
    api.ask(`/v1/tags/${tag}/totals${query}`, { token: owner.token });

  test("of deleted days are the owner's, in pages, and hold no place", async () => {
    expect((await totals()).body).toEqual({ items: [], next: null });
    await run(3);
    const first = { day: dayOf(NOON), outsideS: DAY_S / 2 - 60, distanceM: 0, exits: 1 };
    const second = { day: dayOf(NOON + DAY_S), outsideS: DAY_S, distanceM: 0, exits: 0 };
    expect((await totals()).body).toEqual({ items: [first, second], next: null });
    const page = (await totals("?limit=1")).body;
    expect(page.items).toEqual([first]);
    expect((await totals(`?limit=1&cursor=${page.next}`)).body).toEqual({ items: [second], next: null });
    expect((await totals(`?from=${dayOf(NOON + DAY_S)}T00:00:00Z`)).body.items).toEqual([second]);
    const all = await api.ask(`/v1/tags/${tag}/locations`, { token: mia.token });
    expect(all.body.items).toEqual([]);
  });

  test("are of nobody who may look at the tag, and of no other owner", async () => {
    const viewer = await api.owner();
    const invited = await api.ask(`/v1/tags/${tag}/shares`, {
      method: "POST",
      token: mia.token,
      body: { kind: "history" },
    });
    const { code } = invited.body;
    await api.ask("/v1/shares/accept", { method: "POST", token: viewer.token, body: { code } });
    await run(3);
    expect((await totals("", viewer)).status).toBe(404);
    expect((await totals("", await api.owner())).status).toBe(404);
    expect((await totals("", await api.owner(["operator"]))).status).toBe(403);
  });

  test("of the installation name no tag and no account, and are the operator's", async () => {
    const { token } = await api.owner(["operator"]);
    await change({ afterwards: "anonymise" });
    for (let i = 0; i < 19; i++) {
      const owner = await api.owner();
      tag = await api.claimedTag(owner);
      const shape = { type: "Circle", center: [-30, 1], radiusM: 75 };
      const body = { name: "Home", tagIds: [tag], shape };
      await api.ask("/v1/geofences", { method: "POST", body, token: owner.token });
      const { wanted } = (await api.ask(`/v1/tags/${tag}`, { token: owner.token })).body.settings;
      await record(api.store, tag, [fixAt(NOON), exitAt(NOON + 60, 0, wanted)]);
      await change({ retentionDays: 1, afterwards: "anonymise" }, owner);
    }
    await run(370);
    api.store.clock.keepRetentionTime(NOW_S + 370 * DAY_S);
    const sums = { tags: 20, outsideS: 20 * (DAY_S / 2 - 60), distanceM: 0, exits: 20 };
    const { body, text } = await api.ask("/v1/operator/totals", { token });
    expect(body).toEqual({ items: [{ day: dayOf(NOON), ...sums }] });
    expect(text).not.toContain(mia.id);
  });
});
