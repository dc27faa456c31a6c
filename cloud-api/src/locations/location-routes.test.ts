import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { rfc3339 } from "../lists/rfc3339.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { Answer, TestApi, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { exitAt, fixAt, record } from "../testing/test-reports.ts";

let api: TestApi;
let owner: TestOwner;
let tag: TagId;

const DAY_S = 86_400;
/** Two and a half days of fixes, ten minutes apart, ending an hour ago. */
const COUNT = 360;
const timeOf = (i: number): number => NOW_S - 3_600 - (COUNT - 1 - i) * 600;
const text = (atS: number): string => rfc3339(atS as UnixSeconds);

beforeAll(async () => {
  api = await makeTestApi();
  owner = await api.owner();
  tag = await api.claimedTag(owner);
  for (let first = 1; first <= COUNT; first += 60) {
    const entries = Array.from({ length: 60 }, (_, i) =>
      fixAt(timeOf(first - 1 + i), (first - 1 + i) * 1_000),
    );
    await record(api.store, tag, entries, { first });
  }
});

afterAll(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

const read = (query: string, headers: Record<string, string> = {}): Promise<Answer> =>
  api.ask(`/v1/tags/${tag}/locations${query}`, { token: owner.token, headers });

interface Item {
  readonly at: string;
}

async function readAll(query: string): Promise<{ items: Item[]; pages: number }> {
  const items: Item[] = [];
  let pages = 0;
  let cursor: string | null = "";
  while (cursor !== null) {
    const { status, body } = await read(`?${query}${cursor === "" ? "" : `&cursor=${cursor}`}`);
    expect(status).toBe(200);
    items.push(...body.items);
    cursor = body.next;
    pages += 1;
  }
  return { items, pages };
}

describe("locations", () => {
  it("come ascending in time, all of them, whatever the page", async () => {
    const expected = Array.from({ length: COUNT }, (_, i) => text(timeOf(i)));
    for (const limit of [7, 60, 100, 359, 360, 1_000]) {
      const { items, pages } = await readAll(`limit=${limit}`);
      expect(items.map((item) => item.at)).toEqual(expected);
      expect(pages).toBeGreaterThanOrEqual(Math.ceil(COUNT / limit));
    }
  });

  it("are 100 without a limit, and degrees and metres", async () => {
    const { body } = await read("");
    expect(body.items).toHaveLength(100);
    expect(body.items[3]).toEqual({
      at: text(timeOf(3)),
      lat: 1.0003,
      lon: -29.9997,
      accuracyM: 4.5,
      speed: null,
      course: null,
      receivedAt: text(NOW_S),
    });
  });

  it("have metres a second and degrees where the tag said them, as JSON and as GeoJSON", async () => {
    const moving = await api.claimedTag(owner);
    const said = { ...fixAt(NOW_S - 60), speedCmS: 8_512, courseDeg10: 2_715 };
    await record(api.store, moving, [said, { ...fixAt(NOW_S), speedCmS: 0, courseDeg10: 0 }]);
    const expected = [
      { speed: 85.12, course: 271.5 },
      { speed: 0, course: 0 },
    ];
    const [json, geo] = await Promise.all(
      ["", "?format=geojson"].map((query) =>
        api.ask(`/v1/tags/${moving}/locations${query}`, { token: owner.token }),
      ),
    );
    expect(json?.body.items).toMatchObject(expected);
    expect(geo?.body).toMatchObject({ features: expected.map((properties) => ({ properties })) });
  });

  it("keep to both ends of the range, across midnight too", async () => {
    const [from, to] = [timeOf(100), timeOf(250)];
    expect(Math.floor(from / DAY_S)).not.toBe(Math.floor(to / DAY_S));
    const { items } = await readAll(`limit=50&from=${text(from)}&to=${text(to)}`);
    expect(items).toHaveLength(151);
    expect([items[0]?.at, items.at(-1)?.at]).toEqual([text(from), text(to)]);
    expect((await read(`?from=${text(from)}&to=${text(from)}`)).body.items).toHaveLength(1);
    expect((await read(`?from=${text(NOW_S)}`)).body).toEqual({ items: [], next: null });
  });

  it("go on by cursor alone, within the range that it began with", async () => {
    const first = await read(`?limit=10&from=${text(timeOf(20))}&to=${text(timeOf(34))}`);
    const { body } = await read(`?cursor=${first.body.next}`);
    expect(body.items.map((item) => item.at)).toEqual([30, 31, 32, 33, 34].map((i) => text(timeOf(i))));
    expect(body.next).toBeNull();
  });

  it("are GeoJSON by Accept and by format", async () => {
    for (const answer of [
      await read("?limit=2", { accept: "application/geo+json" }),
      await read("?limit=2&format=geojson"),
    ]) {
      expect(answer.headers.get("content-type")).toBe("application/geo+json");
      expect(answer.body).toMatchObject({
        type: "FeatureCollection",
        features: [
          {
            type: "Feature",
            geometry: { type: "Point", coordinates: [-30, 1] },
            properties: { at: text(timeOf(0)), accuracyM: 4.5 },
          },
          {},
        ],
      });
      expect((await read(`?cursor=${answer.body.next}`)).body.items[0]?.at).toBe(text(timeOf(2)));
    }
  });

  it("have a latest", async () => {
    const path = `/v1/tags/${tag}/locations/latest`;
    const { body } = await api.ask(path, { token: owner.token });
    expect(body.at).toBe(text(timeOf(COUNT - 1)));
    const geo = await api.ask(`${path}?format=geojson`, { token: owner.token });
    expect(geo.body).toMatchObject({ type: "Feature", properties: { at: body.at } });
  });

  it("are not shown in the future: a believed time that is yet to come is that of the arrival", async () => {
    const ahead = await api.claimedTag(owner);
    await record(api.store, ahead, [fixAt(NOW_S + 290)]);
    const { body } = await api.ask(`/v1/tags/${ahead}/locations/latest`, { token: owner.token });
    expect([body.at, body.receivedAt]).toEqual([text(NOW_S), text(NOW_S)]);
  });

  it("mark what is suspect and leave it out of latest; a tag without one has none", async () => {
    const other = await api.claimedTag(owner);
    const path = `/v1/tags/${other}/locations`;
    const before = await api.ask(`${path}/latest`, { token: owner.token });
    expect([before.status, before.body.type]).toEqual([404, "/v1/problems/not-found"]);
    await record(api.store, other, [fixAt(NOW_S - 60), fixAt(NOW_S)], { suspect: [undefined, "too-fast"] });
    const { body } = await api.ask(path, { token: owner.token });
    expect(body.items.map((item) => item.suspect)).toEqual([undefined, "too-fast"]);
    expect((await api.ask(`${path}/latest`, { token: owner.token })).body.at).toBe(text(NOW_S - 60));
  });
});

describe("cursors", () => {
  it("belong to owner, tag, list and range", async () => {
    const range = `from=${text(timeOf(0))}&to=${text(timeOf(99))}`;
    const cursor = (await read(`?limit=10&${range}`)).body.next ?? "";
    const stranger = await api.owner();
    const [own, foreign] = [await api.claimedTag(owner), await api.claimedTag(stranger)];
    const asks: [string, string][] = [
      [`/v1/tags/${foreign}/locations?cursor=${cursor}`, stranger.token],
      [`/v1/tags/${own}/locations?cursor=${cursor}`, owner.token],
      [`/v1/tags/${tag}/events?cursor=${cursor}`, owner.token],
      [`/v1/tags?cursor=${cursor}`, owner.token],
      [`/v1/geofences?cursor=${cursor}`, owner.token],
      [`/v1/tags/${tag}/locations?cursor=${cursor}&from=${text(timeOf(1))}`, owner.token],
      [`/v1/tags/${tag}/locations?cursor=${cursor}&to=${text(timeOf(98))}`, owner.token],
      [`/v1/tags/${tag}/locations?cursor=${cursor.slice(0, -2)}`, owner.token],
      [`/v1/tags/${tag}/locations?cursor=${"A".repeat(80)}`, owner.token],
    ];
    for (const [path, token] of asks) {
      const { status, body } = await api.ask(path, { token });
      expect(status, path).toBe(400);
      expect(body).toMatchObject({ type: "/v1/problems/invalid-cursor", errors: [{ field: "cursor" }] });
    }
    expect((await read(`?cursor=${cursor}&${range}&limit=5`)).body.items).toHaveLength(5);
  });
});

describe("events", () => {
  it("name the geofence, also when it is gone", async () => {
    const shape = { type: "Circle", center: [-30, 1], radiusM: 75 };
    const body = { name: "Garden", tagIds: [tag], shape };
    const made = await api.ask("/v1/geofences", { method: "POST", body, token: owner.token });
    expect(made.status).toBe(201);
    const settings = await api.store.reports.wantedSettings(tag);
    const ref = settings?.geofences[0]?.ref ?? -1;
    await record(api.store, tag, [exitAt(NOW_S - 30, ref, settings?.version ?? 0)], { first: COUNT + 1 });
    const path = `/v1/tags/${tag}/events`;
    const event = {
      type: "transition",
      at: text(NOW_S - 30),
      geofence: { id: made.body.id, name: "Garden" },
      from: "inside",
      to: "outside",
      lastKnown: "inside",
      recordedAt: text(NOW_S),
    };
    expect((await api.ask(path, { token: owner.token })).body).toEqual({ items: [event], next: null });
    const headers = { "if-match": "*" };
    await api.ask(`/v1/geofences/${made.body.id}`, { method: "DELETE", headers, token: owner.token });
    expect((await api.ask(path, { token: owner.token })).body.items).toEqual([event]);
  });
});
