import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import { makeTestApi } from "./testing/test-api.ts";
import type { Ask, TestApi, TestOwner } from "./testing/test-api.ts";
import { NOW_S } from "./testing/test-keys.ts";
import { fixAt, record } from "./testing/test-reports.ts";

let api: TestApi;
let mia: TestOwner;
let tom: TestOwner;
let miasTag: TagId;
let tomsTag: TagId;
let miasGeofence: string;

const shape = { type: "Circle", center: [-30, 1], radiusM: 75 };

beforeAll(async () => {
  api = await makeTestApi();
  mia = await api.owner();
  tom = await api.owner();
  miasTag = await api.claimedTag(mia);
  tomsTag = await api.claimedTag(tom);
  await record(api.store, miasTag, [fixAt(NOW_S - 60)]);
  const body = { name: "Home", tagIds: [miasTag], shape };
  miasGeofence = (await api.ask("/v1/geofences", { method: "POST", body, token: mia.token })).body.id;
});

afterAll(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

/** Every way to name somebody's thing: path, method and body, made for an id. */
const tagAsks: [string, (id: string) => [string, Ask]][] = [
  ["read a tag", (id) => [`/v1/tags/${id}`, {}]],
  ["rename a tag", (id) => [`/v1/tags/${id}`, { method: "PATCH", body: { name: "Mine" } }]],
  ["read locations", (id) => [`/v1/tags/${id}/locations`, {}]],
  ["read locations as GeoJSON", (id) => [`/v1/tags/${id}/locations?format=geojson`, {}]],
  ["read the latest location", (id) => [`/v1/tags/${id}/locations/latest`, {}]],
  ["read totals of days", (id) => [`/v1/tags/${id}/totals`, {}]],
  ["read events", (id) => [`/v1/tags/${id}/events`, {}]],
  [
    "draw a geofence",
    (id) => ["/v1/geofences", { method: "POST", body: { name: "x", tagIds: [id], shape } }],
  ],
  [
    "draw a geofence for own and foreign",
    (id) => ["/v1/geofences", { method: "POST", body: { name: "x", tagIds: [tomsTag, id], shape } }],
  ],
];
const geofenceAsks: [string, (id: string) => [string, Ask]][] = [
  ["read a geofence", (id) => [`/v1/geofences/${id}`, {}]],
  [
    "replace a geofence",
    (id) => [
      `/v1/geofences/${id}`,
      { method: "PUT", headers: { "if-match": "*" }, body: { name: "x", tagIds: [tomsTag], shape } },
    ],
  ],
  ["delete a geofence", (id) => [`/v1/geofences/${id}`, { method: "DELETE", headers: { "if-match": "*" } }]],
  [
    "replace a geofence by version",
    (id) => [
      `/v1/geofences/${id}`,
      { method: "PUT", headers: { "if-match": '"1"' }, body: { name: "x", tagIds: [tomsTag], shape } },
    ],
  ],
];

describe("somebody else's thing and no thing at all", () => {
  it.each(tagAsks)("answer the same to: %s", async (_, make) => {
    const answers = [];
    for (const id of [miasTag, "cat-nobody", "no.id", "claim"]) {
      const [path, ask] = make(id);
      answers.push(await api.ask(path, { ...ask, token: tom.token }));
    }
    for (const answer of answers) {
      expect(answer.status).toBe(404);
      expect(answer.text).toBe(answers[0]?.text);
      expect([...answer.headers]).toEqual([...(answers[0]?.headers ?? [])]);
    }
  });

  it.each(geofenceAsks)("answer the same to: %s", async (_, make) => {
    const answers = [];
    for (const id of [miasGeofence, "a".repeat(26), "x"]) {
      const [path, ask] = make(id);
      answers.push(await api.ask(path, { ...ask, token: tom.token }));
    }
    for (const answer of answers) {
      expect(answer.status).toBe(404);
      expect(answer.text).toBe(answers[0]?.text);
    }
  });

  it("leave the owner's things as they were", async () => {
    const tag = await api.ask(`/v1/tags/${miasTag}`, { token: mia.token });
    expect(tag.body.name).toBe("Mimi");
    const geofence = await api.ask(`/v1/geofences/${miasGeofence}`, { token: mia.token });
    expect(geofence.body).toMatchObject({ name: "Home", version: 1, tagIds: [miasTag] });
  });
});

describe("lists", () => {
  it("hold one's own things alone", async () => {
    const ids = async (path: string, { token }: TestOwner): Promise<string[]> =>
      (await api.ask(path, { token })).body.items.map(({ id }) => id);
    expect(await ids("/v1/tags", mia)).toEqual([miasTag]);
    expect(await ids("/v1/tags", tom)).toEqual([tomsTag]);
    expect(await ids("/v1/geofences", mia)).toEqual([miasGeofence]);
    expect(await ids("/v1/geofences", tom)).toEqual([]);
  });

  it("take no cursor of somebody else", async () => {
    await api.claimedTag(mia);
    const { body } = await api.ask("/v1/tags?limit=1", { token: mia.token });
    expect((await api.ask(`/v1/tags?cursor=${body.next}`, { token: tom.token })).status).toBe(400);
    expect((await api.ask(`/v1/tags?cursor=${body.next}`, { token: mia.token })).body.items).toHaveLength(1);
  });
});

describe("claiming", () => {
  it("takes a code once and answers alike to wrong and used ones", async () => {
    const claim = (code: string, token: string): Promise<{ status: number; text: string }> =>
      api.ask("/v1/tags/claim", { method: "POST", body: { code }, token });
    const code = "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE";
    expect(await api.store.registry.register("cat-new" as TagId, code, NOW_S as never)).toBe("registered");
    const claimed = await claim(code, mia.token);
    expect([claimed.status, JSON.parse(claimed.text)]).toMatchObject([201, { id: "cat-new", name: "Cat" }]);
    const [used, wrong] = [await claim(code, tom.token), await claim("ZZZZZ-ZZZZZ", tom.token)];
    expect([used.status, used.text]).toEqual([400, wrong.text]);
    expect(JSON.parse(wrong.text)).toMatchObject({ errors: [{ field: "code" }] });
  });
});
