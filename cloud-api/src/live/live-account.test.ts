import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { end, look, NOTHING_NEW, parsed } from "../testing/live-reader.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { TestApi, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { fixAt, record } from "../testing/test-reports.ts";

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

describe("a live stream of all of an account's tags", () => {
  const follow = (token = mia.token, id?: string) => api.follow("/v1/live", token, id);

  it("names the tag of each event, own and shared ones, and tells in the order of arrival", async () => {
    const second = await api.claimedTag(mia, "Tom");
    const tom = await api.owner();
    const lent = await api.claimedTag(tom);
    const invited = await api.ask(`/v1/tags/${lent}/shares`, {
      method: "POST",
      token: tom.token,
      body: { kind: "live" },
    });
    const next = await follow();
    const told = async () => {
      const { event, data } = parsed(await next());
      return [event, data?.tag];
    };
    await next();
    const owned = [tag, second].toSorted();
    expect([await told(), await told()]).toEqual(owned.map((id) => ["settings", id]));
    for (const [at, of] of [second, tag, second].entries())
      await record(api.store, of, [fixAt(NOW_S - 50 + at)], { first: 1 + at });
    await api.live.look();
    const events = [await told(), await told(), await told(), await told(), await told()];
    expect(events.filter(([event]) => event === "location")).toEqual(
      [second, tag, second].map((id) => ["location", id]),
    );
    await api.ask("/v1/shares/accept", {
      method: "POST",
      token: mia.token,
      body: { code: invited.body.code },
    });
    await look(api);
    await record(api.store, lent, [fixAt(NOW_S, 3)]);
    await api.live.look();
    expect(await told(), "and no settings of it").toEqual(["location", lent]);
    await api.ask(`/v1/tags/${second}`, { method: "DELETE", token: mia.token });
    await look(api);
    expect(parsed(await next())).toMatchObject({ event: "end", data: { reason: "not-found", tag: second } });
    expect(api.live.size).toBe(1);
  });

  it("resumes all of them at once", async () => {
    const second = await api.claimedTag(mia, "Tom");
    const next = await follow();
    await next();
    await next();
    const { id } = parsed(await next());
    const again = await follow(mia.token, id);
    await record(api.store, second, [fixAt(NOW_S - 9, 1)]);
    await record(api.store, tag, [fixAt(NOW_S - 8, 2)]);
    await api.live.look();
    await again();
    const told: unknown[] = [];
    while (told.length < 2) {
      const { event, data } = parsed(await again());
      if (event === "location") told.push(data?.tag);
    }
    expect(told).toEqual([second, tag]);
  });

  it("is there for an account without tags, and shows nothing of others'", async () => {
    const next = await follow((await api.owner()).token);
    await next();
    await record(api.store, tag, [fixAt(NOW_S)]);
    api.nowMs += 15_000;
    await api.live.look();
    expect(await next()).toMatch(NOTHING_NEW);
  });

  it("ends with the account", async () => {
    const next = await follow();
    await next();
    await next();
    await api.store.forOwner(mia.id as OwnerId).eraseOwner();
    api.ended.add(mia.session, NOW_S + 600);
    await api.live.look();
    expect(await next()).toBe(end("session-ended"));
  });
});
