import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { begun, look, NOTHING_NEW, parsed, stepOf, type Next } from "../testing/live-reader.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { TestApi, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { exitAt, fixAt, record } from "../testing/test-reports.ts";

let api: TestApi;
let mia: TestOwner;
let tag: TagId;

beforeEach(async () => {
  api = await makeTestApi();
  mia = await api.owner();
  tag = await api.claimedTag(mia);
});

afterEach(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

const live = (token = mia.token, lastEventId?: string) =>
  api.follow(`/v1/tags/${tag}/live`, token, lastEventId);

describe("the news of a tag", () => {
  it("begins with the latest location and goes on with each newer one, once", async () => {
    await record(api.store, tag, [{ ...fixAt(NOW_S - 60), speedCmS: 120, courseDeg10: 900 }]);
    const next = await live();
    expect(await next()).toBe("retry: 2000\n\n");
    const first = await next();
    expect(first).toMatch(/^id: (\S+)\nevent: location\ndata: (\{.*\})\n\n$/);
    const { body } = await api.ask(`/v1/tags/${tag}/locations/latest`, { token: mia.token });
    expect(parsed(first).data).toEqual(body);
    expect(body).toMatchObject({ speed: 1.2, course: 90 });
    const { body: own } = await api.ask(`/v1/tags/${tag}`, { token: mia.token });
    const { settings, lastHeardAt, battery } = own as unknown as Record<string, unknown>;
    expect(parsed(await next())).toMatchObject({
      event: "settings",
      data: { tag, settings, lastHeardAt, battery },
    });
    await api.live.look();
    await record(api.store, tag, [fixAt(NOW_S - 30, 5)], { first: 2 });
    await api.live.look();
    await api.live.look();
    expect(await next()).toContain('"lat":1.0000005');
    await record(api.store, tag, [fixAt(NOW_S - 40, 9)], { first: 3 });
    await api.live.look();
    expect(await next(), "a late one is news too").toContain('"lat":1.0000009');
    api.nowMs += 15_000;
    await api.live.look();
    expect(await next(), "silence is broken").toMatch(NOTHING_NEW);
  });

  it("tells transitions and changed settings of a tag", async () => {
    const shape = { type: "Circle", center: [-30, 1], radiusM: 75 };
    const next = await begun(await live());
    await api.ask("/v1/geofences", {
      method: "POST",
      token: mia.token,
      body: { name: "Home", tagIds: [tag], shape },
    });
    await api.live.look();
    expect(parsed(await next())).toMatchObject({ event: "settings", data: { tag, settings: { wanted: 2 } } });
    await record(api.store, tag, [exitAt(NOW_S, 0, 2)]);
    await api.live.look();
    const { data } = parsed(await next()); // settings again: it was heard
    expect(data?.["lastHeardAt"]).toBeTypeOf("string");
    const { event, data: told } = parsed(await next());
    const { body } = await api.ask(`/v1/tags/${tag}/events`, { token: mia.token });
    expect([event, told]).toEqual(["event", body.items[0]]);
    expect(told).toMatchObject({ geofence: { name: "Home" }, to: "outside" });
    await api.store.reports.recordStatus(
      tag,
      {
        online: true,
        settingsVersion: 0,
        firmware: "1",
        refusedSettings: { version: 2, reason: "out-of-range" },
      },
      NOW_S as UnixSeconds,
    );
    await look(api);
    const refused = { version: 2, reason: "out-of-range" };
    expect(parsed(await next())).toMatchObject({ event: "settings", data: { settings: { refused } } });
  });

  it("tells commands in each new state, and alerts, of the tag alone, and resumes them", async () => {
    const other = await api.claimedTag(mia, "Tom");
    const next = await begun(await live());
    const give = (id: TagId) =>
      api.ask(`/v1/tags/${id}/commands`, {
        method: "POST",
        token: mia.token,
        body: { kind: "buzz", seconds: 5 },
      });
    await give(other);
    const given = (await give(tag)).body;
    await api.live.look();
    const first = parsed(await next());
    expect(first).toMatchObject({
      event: "command",
      data: { tag, id: given.id, kind: "buzz", state: "pending" },
    });
    await api.store.commands.markSent(tag, Number(given.id), NOW_S as UnixSeconds);
    await api.live.look();
    expect(parsed(await next())).toMatchObject({ event: "command", data: { id: given.id, state: "sent" } });
    await api.ask("/v1/alert-channels/mail/test", { method: "POST", token: mia.token });
    await api.live.look();
    api.nowMs += 15_000;
    await api.live.look();
    expect(await next(), "a test is about no tag").toMatch(NOTHING_NEW);
    const again = await live(mia.token, first.id);
    await again();
    await api.live.look();
    expect(parsed(await again())).toMatchObject({ event: "command", data: { id: given.id, state: "sent" } });
    const all = await api.follow("/v1/live", mia.token);
    for (let i = 0; i < 3; i++) await all();
    await api.ask("/v1/alert-channels/mail/test", { method: "POST", token: mia.token });
    await api.live.look();
    const alert = parsed(await all());
    const { body } = await api.ask("/v1/alerts", { token: mia.token });
    expect(alert).toMatchObject({ event: "alert", data: { id: body.items[0]?.id, kind: "test" } });
  });

  it("tells a personal token what its scopes allow", async () => {
    const { token } = await api.tokenOf(mia.id, ["owner"], "locations:read");
    const next = await live(token);
    await next();
    await api.ask(`/v1/tags/${tag}/commands`, {
      method: "POST",
      token: mia.token,
      body: { kind: "buzz", seconds: 5 },
    });
    await record(api.store, tag, [fixAt(NOW_S)]);
    await api.live.look();
    expect(parsed(await next())).toMatchObject({ event: "location" });
    api.nowMs += 15_000;
    await api.live.look();
    expect(await next()).toMatch(NOTHING_NEW);
  });
});

describe("who comes back", () => {
  it("does not send again what the client has", async () => {
    await record(api.store, tag, [fixAt(NOW_S - 60)]);
    const next = await live();
    await next();
    await next();
    const { id } = parsed(await next());
    const again = await live(mia.token, id);
    expect(await again()).toBe("retry: 2000\n\n");
    await record(api.store, tag, [fixAt(NOW_S - 30, 5)], { first: 2 });
    await api.live.look();
    expect(await again()).toContain('"lat":1.0000005');
  });

  it("resumes without a gap and without a repetition, within a report too", async () => {
    const next = await begun(await live());
    const fixes = (first: number, count: number) =>
      record(
        api.store,
        tag,
        Array.from({ length: count }, (_, i) => fixAt(NOW_S - 500 + first + i, first + i)),
        { first },
      );
    await fixes(1, 5);
    await api.live.look();
    await next(); // settings: it was heard
    await next();
    const { id } = parsed(await next());
    await fixes(8, 2);
    await fixes(6, 2);
    const again = await live(mia.token, id);
    await again();
    const seen: number[] = [];
    for (let i = 0; i < 7; i++) seen.push(stepOf(await again()) ?? NaN);
    expect(seen).toEqual([3, 4, 5, 8, 9, 6, 7]);
    api.nowMs += 15_000;
    await api.live.look();
    const quiet = parsed(await again());
    expect(quiet.event).toBeUndefined();
    const third = await live(mia.token, quiet.id);
    await third();
    api.nowMs += 15_000;
    await api.live.look();
    expect(await third()).toMatch(NOTHING_NEW);
  });

  it("begins anew for an id that is made up, another tag's or another account's", async () => {
    await record(api.store, tag, [fixAt(NOW_S - 60)]);
    const next = await live();
    await next();
    const { id = "" } = parsed(await next());
    const tom = await api.owner();
    const other = await api.claimedTag(mia);
    const toms = await api.claimedTag(tom);
    const reset = async (followed: Next) => {
      await followed();
      const { event, data } = parsed(await followed());
      return [event, data?.reason, parsed(await followed()).event];
    };
    for (const forged of [
      "x".repeat(5_000),
      "x",
      `${id}A`,
      id.slice(1),
      `${"A".repeat(id.length - 1)}B`,
      "7-1",
    ])
      expect(await reset(await live(mia.token, forged)), forged).toEqual(["reset", "unknown", "location"]);
    const elsewhere: [string, string][] = [
      [mia.token, `/v1/tags/${other}/live`],
      [mia.token, "/v1/live"],
      [tom.token, `/v1/tags/${toms}/live`],
    ];
    api.live.close();
    for (const [token, path] of elsewhere)
      expect((await reset(await api.follow(path, token, id))).slice(0, 2), path).toEqual([
        "reset",
        "unknown",
      ]);
  });
});
