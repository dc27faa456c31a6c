import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import { makeTestApi } from "../testing/test-api.ts";
import type { Answer, Ask, TestApi, TestOwner } from "../testing/test-api.ts";

let api: TestApi;
let owner: TestOwner;
let tag: TagId;

beforeAll(async () => {
  api = await makeTestApi();
});

beforeEach(async () => {
  owner = await api.owner();
  tag = await api.claimedTag(owner);
});

afterAll(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

const ring = [
  [10, 50],
  [10.001, 50],
  [10.001, 50.001],
  [10, 50.001],
  [10, 50],
];
const square = { type: "Polygon", coordinates: [ring] };
const body = (changes: object = {}): object => ({ name: "Garden", tagIds: [tag], shape: square, ...changes });

function ask(method: string, path: string, more: Ask = {}): Promise<Answer> {
  return api.ask(`/v1/geofences${path}`, { method, token: owner.token, ...more });
}

async function make(changes: object = {}): Promise<Answer> {
  const answer = await ask("POST", "", { body: body(changes) });
  expect(answer.status).toBe(201);
  return answer;
}

describe("geofences", () => {
  it("are made, read, listed, replaced and deleted", async () => {
    const made = await make();
    expect(made.body).toMatchObject({ ...body(), version: 1 });
    expect(made.headers.get("location")).toBe(`/v1/geofences/${made.body.id}`);
    const read = await ask("GET", `/${made.body.id}`);
    expect(read.body).toEqual(made.body);
    expect((await ask("GET", "")).body).toEqual({ items: [made.body], next: null });
    const circle = { type: "Circle", center: [10, 50], radiusM: 75 };
    const headers = { "if-match": read.headers.get("etag") ?? "" };
    const replaced = await ask("PUT", `/${made.body.id}`, {
      headers,
      body: body({ name: "Yard", shape: circle }),
    });
    expect([replaced.status, replaced.body.version, replaced.body.name]).toEqual([200, 2, "Yard"]);
    expect(replaced.body.shape).toEqual(circle);
    const etag = replaced.headers.get("etag") ?? "";
    expect((await ask("DELETE", `/${made.body.id}`, { headers: { "if-match": etag } })).status).toBe(204);
    expect((await ask("GET", `/${made.body.id}`)).status).toBe(404);
  });

  it("reach their tags as a new version of settings", async () => {
    const wanted = async (): Promise<number> =>
      (await api.ask(`/v1/tags/${tag}`, { token: owner.token })).body.settings.wanted;
    const before = await wanted();
    const made = await make();
    const after = await wanted();
    expect(after).toBeGreaterThan(before);
    await ask("DELETE", `/${made.body.id}`, { headers: { "if-match": "*" } });
    expect(await wanted()).toBeGreaterThan(after);
  });

  it("are counter-clockwise whichever way they came", async () => {
    const made = await make({ shape: { type: "Polygon", coordinates: [[...ring].reverse()] } });
    expect(made.body.shape).toEqual(square);
  });

  it("change only for who has read them", async () => {
    const path = `/${(await make()).body.id}`;
    const put = (headers: Record<string, string>): Promise<Answer> =>
      ask("PUT", path, { headers, body: body() });
    const statuses: number[] = [];
    for (const headers of [{}, { "if-match": '"7"' }, { "if-match": 'W/"1"' }, { "if-match": "1" }])
      statuses.push((await put(headers)).status, (await ask("DELETE", path, { headers: headers })).status);
    expect(statuses).toEqual([428, 428, 412, 412, 412, 412, 400, 400]);
    expect((await put({ "if-match": '"1"' })).headers.get("etag")).toBe('"2"');
    expect((await put({ "if-match": '"1"' })).status).toBe(412);
    expect((await put({ "if-match": "*" })).headers.get("etag")).toBe('"3"');
  });

  it("lose no change when two write at once", async () => {
    const path = `/${(await make()).body.id}`;
    const headers = { "if-match": '"1"' };
    const both = await Promise.all(
      ["a", "b"].map((name) => ask("PUT", path, { headers, body: body({ name }) })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it("are not sent again to who has them", async () => {
    const made = await make();
    const headers = { "if-none-match": made.headers.get("etag") ?? "" };
    const { status, text } = await ask("GET", `/${made.body.id}`, { headers });
    expect([status, text]).toEqual([304, ""]);
  });

  it("name the place of a tag that is not there, or is somebody else's", async () => {
    for (const { status, body: problem } of [
      await ask("POST", "", { body: body({ tagIds: [tag, "x"] }) }),
      await ask("PUT", `/${(await make()).body.id}`, {
        headers: { "if-match": "*" },
        body: body({ tagIds: [tag, "x"] }),
      }),
    ])
      expect([status, problem.errors]).toEqual([
        404,
        [{ field: "tagIds[1]", message: "No such tag, or not yours." }],
      ]);
  });

  it("are at most 8 a tag and 400 vertices in all", async () => {
    const round = (vertices: number): object => {
      const points = Array.from({ length: vertices }, (_, i) => {
        const angle = (i / vertices) * 2 * Math.PI;
        return [10 + Math.cos(angle) * 0.001, 50 + Math.sin(angle) * 0.001];
      });
      return { type: "Polygon", coordinates: [[...points, points[0]]] };
    };
    for (let i = 0; i < 4; i++) await make({ shape: round(100) });
    const tooMany = await ask("POST", "", { body: body() });
    expect(tooMany.status).toBe(409);
    expect(tooMany.body.errors[0]).toMatchObject({ limit: 400 });
    for (let i = 0; i < 4; i++) await make({ shape: { type: "Circle", center: [10, 50], radiusM: 50 } });
    const ninth = await ask("POST", "", {
      body: body({ shape: { type: "Circle", center: [10, 50], radiusM: 50 } }),
    });
    expect([ninth.status, ninth.body.errors[0]]).toEqual([
      409,
      { field: "tagIds", message: "A tag has at most 8 geofences.", limit: 8 },
    ]);
  });

  it("page by cursor", async () => {
    const ids = [];
    for (let i = 0; i < 5; i++)
      ids.push((await make({ shape: { type: "Circle", center: [10, 50], radiusM: 50 } })).body.id);
    const seen: string[] = [];
    let cursor = "";
    do {
      const { body: page } = await ask("GET", `?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next ?? "";
    } while (cursor !== "");
    expect(seen).toEqual(ids.sort());
  });
});

describe("valid GeoJSON (RFC 7946) of a square", () => {
  const sent: Readonly<Record<string, object>> = {
    // Section 3.1.1: an altitude may follow, and is ignored here.
    "with altitudes": { ...square, coordinates: [ring.map((position) => [...position, 12])] },
    // Section 5.
    "with a bounding box": { ...square, bbox: [10, 50, 10.001, 50.001] },
    // First and last position are the same after rounding to 10^-7 degrees.
    "that is closed to 10^-10 degrees": {
      ...square,
      coordinates: [[...ring.slice(0, 4), [10.000_000_000_1, 50]]],
    },
    // The repetition is dropped.
    "with a vertex twice in a row": { ...square, coordinates: [[ring[0], ...ring]] },
  };
  const names = Object.keys(sent);
  const answers = new Map<string, Answer>();
  beforeEach(async () => {
    for (const name of names)
      answers.set(name, await ask("POST", "", { body: body({ name, shape: sent[name] }) }));
  });

  it.each(names)("%s is that square", (name) => {
    expect([answers.get(name)?.status, answers.get(name)?.body.shape]).toEqual([201, square]);
  });
});
