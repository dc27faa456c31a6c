import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Entry } from "@purrimeter/protocol/entry";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { rfc3339 } from "../lists/rfc3339.ts";
import { makeTestApi, type Answer, type Ask, type TestApi, type TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { record } from "../testing/test-reports.ts";

let api: TestApi;
let owner: TestOwner;
let tag: TagId;

beforeAll(async () => {
  api = await makeTestApi();
});
beforeEach(async () => {
  api.isClockPlausible = true;
  owner = await api.owner();
  tag = await api.claimedTag(owner);
});
afterAll(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

const at = (seconds: number): string => rfc3339((NOW_S + seconds) as UnixSeconds);

function ask(method: string, body?: unknown, query = "", { token }: TestOwner = owner): Promise<Answer> {
  const request: Ask = { method, token, ...(body !== undefined && { body }) };
  return api.ask(`/v1/tags/${tag}/lost${query}`, request);
}

async function battery(batteryPercent: number): Promise<void> {
  const health: Entry = { kind: "health", at: NOW_S as UnixSeconds, batteryPercent, boots: 1, dropped: 0 };
  await record(api.store, tag, [health]);
}

const LOST = { intervalS: 60, sound: true, floorPercent: 10, until: null, startedAt: at(0), ended: null };

describe("lost mode", () => {
  it("is turned on, read, changed and ended", async () => {
    const none = { intervalS: 60, floorPercent: 10, batteryPercent: null, hours: null };
    expect((await ask("GET")).body).toEqual({ lost: null, cost: none });
    const on = await ask("PUT", {});
    expect([on.status, on.body]).toEqual([200, { lost: { ...LOST, tag: "waiting" }, cost: none }]);
    expect((await api.ask(`/v1/tags/${tag}`, { token: owner.token })).body).toMatchObject({ lost: true });
    const until = at(86_400);
    const changed = await ask("PUT", { intervalS: 300, sound: false, floorPercent: 20, until });
    expect(changed.body.lost).toMatchObject({ intervalS: 300, sound: false, floorPercent: 20, until });
    expect(changed.body.cost).toMatchObject({ intervalS: 300, floorPercent: 20 });
    expect((await ask("DELETE")).status).toBe(204);
    expect((await ask("DELETE")).status).toBe(204);
    expect((await ask("GET")).body.lost).toMatchObject({ ended: { at: at(0), by: "owner" } });
    expect((await api.ask(`/v1/tags/${tag}`, { token: owner.token })).body).toMatchObject({ lost: false });
    expect(api.acts).toEqual(expect.arrayContaining([`tag.lost ${tag}`, `tag.lost-ended ${tag}`]));
  });

  it("says what it costs before it is turned on", async () => {
    await battery(80);
    const { cost } = (await ask("GET")).body;
    expect(cost).toMatchObject({ batteryPercent: 80, hours: { expected: 29, least: 15, most: 50 } });
    const slow = (await ask("GET", undefined, "?intervalS=600&floorPercent=50")).body.cost;
    expect(slow).toMatchObject({ intervalS: 600, floorPercent: 50 });
    expect(slow.hours.expected).toBeGreaterThan(cost.hours.expected);
    for (const query of ["?intervalS=29", "?intervalS=x", "?floorPercent=51", "?other=1"])
      expect((await ask("GET", undefined, query)).status).toBe(400);
  });

  it.each([
    [{ intervalS: 29 }, "intervalS"],
    [{ intervalS: 3_601 }, "intervalS"],
    [{ intervalS: "60" }, "intervalS"],
    [{ floorPercent: 4 }, "floorPercent"],
    [{ floorPercent: 51 }, "floorPercent"],
    [{ sound: 1 }, "sound"],
    [{ until: at(0) }, "until"],
    [{ until: at(31 * 86_400) }, "until"],
    [{ until: "soon" }, "until"],
    [{ startedAt: at(0) }, "startedAt"],
  ])("%j is refused with the field %s", async (body, field) => {
    const answer = await ask("PUT", body);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body.errors)).toContain(field);
    expect((await ask("GET")).body.lost).toBeNull();
  });

  it("is refused at the floor, for a revoked tag and while the clock may be wrong", async () => {
    await battery(12);
    const low = await ask("PUT", { floorPercent: 12 });
    expect([low.status, low.body.errors?.[0]?.field]).toEqual([409, "floorPercent"]);
    expect((await ask("PUT", { floorPercent: 11 })).status).toBe(200);
    api.isClockPlausible = false;
    expect((await ask("PUT", {})).status).toBe(503);
    api.isClockPlausible = true;
    await api.store.registry.revoke(tag, NOW_S as UnixSeconds);
    expect((await ask("PUT", {})).status).toBe(409);
  });

  it("is ignored by firmware that is too old, which the tag's settings say", async () => {
    await ask("PUT", {});
    const wanted = await api.store.reports.wantedSettings(tag);
    const status = { online: true, settingsVersion: wanted?.version ?? 0, firmware: "1", wireVersion: 2 };
    await api.store.reports.recordStatus(tag, status, NOW_S as UnixSeconds);
    expect((await ask("GET")).body.lost.tag).toBe("too-old");
    const { settings } = (await api.ask(`/v1/tags/${tag}`, { token: owner.token })).body;
    expect(settings.ignored).toEqual(["lost"]);
  });

  it("is the owner's alone", async () => {
    const stranger = await api.owner();
    for (const [method, body] of [["GET"], ["PUT", {}], ["DELETE"]] as const)
      expect((await ask(method, body, "", stranger)).status).toBe(404);
    const script = await api.tokenOf(owner.id, ["owner"], "tags:read tags:write");
    expect((await ask("GET", undefined, "", script)).status).toBe(200);
    expect((await ask("PUT", {}, "", script)).status).toBe(403);
  });
});

describe("the pace of a tag", () => {
  const change = (body: unknown): Promise<Answer> =>
    api.ask(`/v1/tags/${tag}`, { method: "PATCH", body, token: owner.token });

  it("is changed in part or whole, as a new version of the settings", async () => {
    const { settings, reportIntervalS } = (await change({ name: "Tom" })).body;
    const { body } = await change({ fixIntervalS: 30 });
    expect(body).toMatchObject({
      fixIntervalS: 30,
      reportIntervalS,
      settings: { wanted: settings.wanted + 1 },
    });
    const both = await change({ fixIntervalS: 86_400, reportIntervalS: 10, detection: "quiet" });
    expect(both.body).toMatchObject({ fixIntervalS: 86_400, reportIntervalS: 10, detection: "quiet" });
    expect(await api.store.reports.wantedSettings(tag)).toMatchObject({
      fixIntervalS: 86_400,
      reportIntervalS: 10,
    });
  });

  it.each([{ fixIntervalS: 9 }, { fixIntervalS: 86_401 }, { reportIntervalS: 0 }, { reportIntervalS: 60.5 }])(
    "%j is refused",
    async (body) => {
      expect((await change(body)).status).toBe(400);
    },
  );

  it("of settings that are too large is refused by the tag with a reason that its owner understands", async () => {
    await change({ fixIntervalS: 30 });
    const wanted = (await api.store.reports.wantedSettings(tag))?.version ?? 0;
    for (const [reason, shown] of [
      ["too-many", "too-large"],
      ["oversized", "too-large"],
      ["out-of-range", "out-of-range"],
      ["unknown-version", "newer-format"],
      ["truncated", "unreadable"],
    ] as const) {
      const refusedSettings = { version: wanted, reason };
      const status = {
        online: true,
        settingsVersion: wanted - 1,
        firmware: "1",
        wireVersion: 2,
        refusedSettings,
      };
      await api.store.reports.recordStatus(tag, status, NOW_S as UnixSeconds);
      const { settings } = (await api.ask(`/v1/tags/${tag}`, { token: owner.token })).body;
      expect(settings).toMatchObject({
        wanted,
        reported: wanted - 1,
        refused: { version: wanted, reason: shown },
      });
    }
  });
});
