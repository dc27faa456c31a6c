import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { begun, end, look, stepOf, viewerOf, type Next } from "../testing/live-reader.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { TestApi, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { fixAt, record } from "../testing/test-reports.ts";
import { LiveFollower } from "./live-follower.ts";
import { MAX_ACCOUNT_STREAMS, MAX_ADDRESS_STREAMS, StreamCounts } from "./stream-counts.ts";

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

const viewer = (invite: object) => viewerOf(api, tag, mia, invite);

describe("a live stream", () => {
  it("is one of a few of its account", async () => {
    const streams = [];
    for (let i = 0; i < MAX_ACCOUNT_STREAMS; i++) streams.push(await live());
    const { status, headers } = await api.ask(`/v1/tags/${tag}/live`, { token: mia.token });
    expect([status, headers.get("retry-after")]).toEqual([429, "30"]);
    const { owner } = await viewer({ kind: "live" });
    await live(owner.token);
    api.ended.add(mia.session, NOW_S + 600);
    await api.live.look();
    expect(api.live.size).toBe(1);
  });

  it("is one of a share of its address, however many accounts it has, and one of all", () => {
    const counts = new StreamCounts(MAX_ADDRESS_STREAMS + 1);
    const take = (account: number, address: string): boolean =>
      counts.take({ account: `${account}` as OwnerId, address });
    const taken = Array.from({ length: 10_000 }, (_, i) => take(i, "192.0.2.1")).filter(Boolean);
    expect(taken).toHaveLength(MAX_ADDRESS_STREAMS);
    expect([take(-1, "192.0.2.2"), take(-2, "192.0.2.3")]).toEqual([true, false]);
    counts.give({ account: "3" as OwnerId, address: "192.0.2.1" });
    expect([take(-2, "192.0.2.3"), take(-3, "192.0.2.4")]).toEqual([true, false]);
  });

  it("keeps little for a client that does not read, sends the rest when it does, and others do not wait", async () => {
    const [next, other] = [await begun(await live()), await begun(await live())];
    const taken: number[] = [];
    const take = async (from: Next): Promise<number> => {
      return stepOf(await from()) ?? take(from);
    };
    for (let i = 1; i <= 120; i++) {
      await record(api.store, tag, [fixAt(NOW_S + i, i)], { first: i });
      await api.live.look();
      expect(await take(other)).toBe(i);
    }
    while (taken.length < 120) {
      taken.push(await take(next));
      if (taken.length % 30 === 0) await api.live.look();
    }
    expect(taken).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
  });

  it("keeps what waits for a client that does not read from it when its share is removed", async () => {
    const { owner, share } = await viewer({ kind: "live" });
    const hungUp: string[] = [];
    const follower = new LiveFollower({
      owner: api.store.forOwner(owner.id as OwnerId),
      viewer: api.store.forViewer(owner.id as OwnerId),
      tag,
      may: { settings: true, commands: true, alerts: true },
    });
    const body = await api.live.open(
      {
        ...{
          account: owner.id as OwnerId,
          address: "192.0.2.1",
          session: "s",
          expiresS: NOW_S + 600,
          follower,
        },
        alertBodies: () => Promise.resolve([]),
        seal: () => "x".repeat(200),
        hangUp: () => void hungUp.push("hung up"),
      },
      undefined,
    );
    const entries = Array.from({ length: 100 }, (_, i) => fixAt(NOW_S + i, i));
    await record(api.store, tag, entries);
    await api.live.look();
    await api.ask(`/v1/tags/${tag}/shares/${share}`, { method: "DELETE", token: mia.token });
    await look(api);
    expect([hungUp, api.live.size, body]).toEqual([["hung up"], 0, expect.any(ReadableStream)]);
  });

  it("cuts a client that takes nothing for ten seconds, and not one that takes something", async () => {
    const [slow, other] = [await begun(await live()), await begun(await live())];
    const entries = Array.from({ length: 400 }, (_, i) => fixAt(NOW_S - 500 + i, i));
    for (let i = 0; i < 4; i++)
      await record(api.store, tag, entries.slice(i * 100, i * 100 + 100), { first: 1 + i * 100 });
    await api.live.look();
    for (let i = 0; i < 11; i++) {
      api.nowMs += 1_000;
      for (let read = 0; read < 30; read++) await other();
      await api.live.look();
    }
    expect(api.live.size).toBe(1);
    let last: string | undefined;
    for (let chunk = await slow(); chunk !== undefined; chunk = await slow()) last = chunk;
    expect(last).toBe(end("slow"));
  });
});
