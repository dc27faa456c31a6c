import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import type { OwnerId } from "@purrimeter/store/owner-id";
import type { LiveAudience } from "./live-audience.ts";
import { LiveAudiences } from "./live-audiences.ts";
import { LiveFollower } from "./live-follower.ts";
import { LiveStream, type Listener } from "./live-stream.ts";
import { makeTestApi, type TestApi } from "../testing/test-api.ts";

let api: TestApi;
let audiences: LiveAudiences;
const NO_NEWS = { ownerships: new Set<number>(), accounts: new Set<string>() };

beforeEach(async () => {
  api = await makeTestApi();
  audiences = new LiveAudiences();
});

afterEach(() => api.close());

function listenerOf(account: string): Listener {
  return {
    account: account as OwnerId,
    address: "192.0.2.1",
    session: "s",
    expiresS: Infinity,
    follower: new LiveFollower({
      owner: api.store.forOwner(account as OwnerId),
      viewer: api.store.forViewer(account as OwnerId),
      tag: undefined,
      may: { settings: true, commands: true, alerts: true },
    }),
    alertBodies: () => Promise.resolve([]),
    seal: () => "id",
    hangUp: () => undefined,
  };
}

/** A stream of the account that follows these ownerships. */
function join(account: string, ownerships: readonly number[]): [LiveAudience, LiveStream] {
  const listener = listenerOf(account);
  const audience = audiences.of(listener, 0);
  const parts = { frames: audience.frames, monotonicMs: () => 0, onCancel: () => undefined };
  const stream = new LiveStream({ listener, ...parts });
  stream.follow(
    ownerships.map((ownership) => ({ tag: `tag-${ownership}` as TagId, ownership, state: undefined })),
  );
  audience.streams.add(stream);
  audiences.index(audience);
  return [audience, stream];
}

const found = (news: Partial<Parameters<LiveAudiences["withNews"]>[0]>): string[] =>
  [...audiences.withNews({ ...NO_NEWS, ...news })].map(({ account }) => account);

/** Those that a look asks for their rights then. */
function askedAt(nowMs: number): string[] {
  const asked: string[] = [];
  for (const audience of audiences.due(nowMs)) {
    audiences.checked(audience, nowMs);
    asked.push(audience.account);
  }
  return asked;
}

describe("streams", () => {
  it("are found by what any of their audience follows, and by their account", () => {
    const [mias] = join("mia", [1]);
    const [again, second] = join("mia", [1, 2]);
    const [toms, of] = join("tom", [2]);
    expect(again).toBe(mias);
    expect(found({})).toEqual([]);
    expect(found({ ownerships: new Set([1]) })).toEqual(["mia"]);
    expect(found({ ownerships: new Set([2, 3]) })).toEqual(["mia", "tom"]);
    expect(found({ accounts: new Set(["tom", "eve"]) })).toEqual(["tom"]);
    expect(found({ ownerships: "all" })).toEqual(["mia", "tom"]);
    expect(found({ accounts: "all" })).toEqual(["mia", "tom"]);
    mias.streams.delete(second);
    audiences.index(mias);
    expect(found({ ownerships: new Set([2]) })).toEqual(["tom"]);
    toms.streams.delete(of);
    audiences.remove(toms);
    expect(found({ ownerships: new Set([2]), accounts: new Set(["tom"]) })).toEqual([]);
    expect(found({ ownerships: "all" })).toEqual(["mia"]);
  });

  it.each([1, 10, 40, 125, 250])("are all asked within a second, a part at each look of %d ms", (everyMs) => {
    const accounts = Array.from({ length: 40 }, (_, i) => `${i}`);
    for (const account of accounts) join(account, []);
    const lastMs = new Map(accounts.map((account) => [account, 0]));
    let [oldestMs, most] = [0, 0];
    for (let nowMs = 0; nowMs <= 5_000; nowMs += everyMs) {
      const asked = askedAt(nowMs);
      if (nowMs > 1_000) most = Math.max(most, asked.length);
      for (const account of asked) lastMs.set(account, nowMs);
      oldestMs = Math.max(oldestMs, nowMs - Math.min(...lastMs.values()));
    }
    expect(oldestMs).toBeLessThan(1_000);
    expect(most).toBeLessThanOrEqual(Math.ceil((40 * everyMs) / 500) + 1);
  });

  it("are asked all at once after a pause, and not again when they were asked because of news", () => {
    const [mias] = join("mia", [1]);
    join("tom", [2]);
    expect(askedAt(0)).toEqual([]);
    audiences.checked(mias, 900);
    expect(askedAt(1_000)).toEqual(["tom"]);
    expect(askedAt(60_000)).toEqual(["mia", "tom"]);
  });
});
