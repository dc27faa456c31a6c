import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import type { OwnerId } from "@purrimeter/store/owner-id";
import type { OwnerView } from "@purrimeter/store/owner-view";
import { begun, NOTHING_NEW, parsed, stepOf } from "../testing/live-reader.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { TestApi, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { fixAt, record } from "../testing/test-reports.ts";
import { LiveFollower } from "./live-follower.ts";

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

const live = (of = tag, who = mia, lastEventId?: string) =>
  api.follow(`/v1/tags/${of}/live`, who.token, lastEventId);

/** Notes the calls of followedTags and liveNews, and makes them. */
function noting(view: OwnerView, calls: string[]): OwnerView {
  return new Proxy(view, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...values: unknown[]): unknown => {
        if (name === "followedTags" || name === "liveNews") calls.push(name);
        return Reflect.apply(member, target, values);
      };
    },
  });
}

/** A stream of Mia's tag that notes what it asks the store. */
async function notingStream(calls: string[], of = tag): Promise<() => Promise<string>> {
  const follower = new LiveFollower({
    owner: noting(api.store.forOwner(mia.id as OwnerId), calls),
    viewer: api.store.forViewer(mia.id as OwnerId),
    tag: of,
    may: { settings: false, commands: true, alerts: true },
  });
  const body = await api.live.open(
    {
      ...{ account: mia.id as OwnerId, address: "192.0.2.1", session: mia.session, expiresS: NOW_S + 600 },
      follower,
      alertBodies: () => Promise.resolve([]),
      seal: ({ reports: { report, number } }) => `${report}-${number}`,
      hangUp: () => undefined,
    },
    undefined,
  );
  if (body === "too-many") throw new Error(body);
  const reader = body.getReader();
  return async () => Buffer.from((await reader.read()).value ?? new Uint8Array()).toString();
}

describe("a look", () => {
  it("asks once for the right and reads once for all streams of an account that are at the same place", async () => {
    const calls: string[] = [];
    const streams = [];
    for (let i = 0; i < 5; i++) streams.push(await notingStream(calls));
    await api.live.look();
    for (const next of streams) expect(await next()).toBe("retry: 2000\n\n");
    calls.length = 0;
    await record(api.store, tag, [fixAt(NOW_S - 9, 1), fixAt(NOW_S - 8, 2)]);
    await api.live.look();
    expect(calls).toEqual(["followedTags", "liveNews"]);
    const told: string[][] = [];
    for (const next of streams) told.push([await next(), await next()]);
    expect(told).toEqual(Array.from({ length: 5 }, () => told[0]));
    expect(told[0]?.map(stepOf)).toEqual([1, 2]);
  });

  it("asks nothing for streams of a tag without news", async () => {
    const calls: string[] = [];
    const other = await api.claimedTag(mia, "Tom");
    await notingStream(calls, other);
    const next = await begun(await live());
    await api.live.look();
    calls.length = 0;
    await record(api.store, tag, [fixAt(NOW_S - 9, 1)]);
    await api.live.look();
    expect(calls).toEqual([]);
    expect([stepOf(await next()), stepOf(await next())]).toContain(1);
  });

  it("reads on at its own place for a stream that was opened later or resumed", async () => {
    const first = await begun(await live());
    await record(api.store, tag, [fixAt(NOW_S - 500, 1)]);
    await api.live.look();
    await first(); // settings: it was heard
    const { id } = parsed(await first());
    await record(api.store, tag, [fixAt(NOW_S - 490, 2)], { first: 2 });
    const resumed = await live(tag, mia, id);
    const later = await live();
    for (const next of [resumed, later]) await next();
    expect(stepOf(await later()), "the newest").toBe(2);
    await later(); // settings
    await record(api.store, tag, [fixAt(NOW_S - 480, 3)], { first: 3 });
    await api.live.look();
    expect([stepOf(await first()), stepOf(await first())]).toEqual([2, 3]);
    expect([stepOf(await resumed()), stepOf(await resumed())]).toEqual([2, 3]);
    expect(stepOf(await later())).toBe(3);
  });

  it("lets a stream say where it is after much news of others, and go on there", async () => {
    const tom = await api.owner();
    const toms = await api.claimedTag(tom);
    const next = await begun(await live());
    for (let i = 1; i <= 20; i++) {
      await record(api.store, toms, [fixAt(NOW_S - 500 + i, i)], { first: i });
      await api.live.look();
    }
    api.nowMs += 15_000;
    await api.live.look();
    const silence = await next();
    expect(silence).toMatch(NOTHING_NEW);
    await record(api.store, tag, [fixAt(NOW_S - 9, 7)]);
    const again = await live(tag, mia, parsed(silence).id);
    await again();
    await api.live.look();
    await again(); // settings: it was heard
    expect(stepOf(await again())).toBe(7);
  });

  it("leaves out nothing and repeats nothing for a stream that is opened while news comes", async () => {
    const first = await begun(await live());
    for (let i = 1; i <= 6; i++) {
      const opening = live();
      await record(api.store, tag, [fixAt(NOW_S - 500 + 2 * i, 2 * i)], { first: 2 * i });
      await api.live.look();
      const opened = await opening;
      await record(api.store, tag, [fixAt(NOW_S - 499 + 2 * i, 2 * i + 1)], { first: 2 * i + 1 });
      await api.live.look();
      const told: (number | undefined)[] = [];
      while (told.at(-1) !== 2 * i + 1) told.push(stepOf(await opened()));
      const isNew = (step: number | undefined): boolean => step !== undefined && step >= 2 * i;
      expect(told.filter(isNew)).toEqual([2 * i, 2 * i + 1]);
    }
    const told: (number | undefined)[] = [];
    while (told.at(-1) !== 13) told.push(stepOf(await first()));
    expect(told.filter(Boolean)).toEqual(Array.from({ length: 12 }, (_, i) => i + 2));
  });
});
