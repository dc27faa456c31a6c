import { RateLimiter } from "@purrimeter/service/rate-limiter";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeTestApi, type TestApi, type TestOwner } from "../testing/test-api.ts";

let api: TestApi;
let ada: TestOwner;

beforeAll(async () => {
  api = await makeTestApi();
});
beforeEach(async () => {
  // A day in which nothing happened: what the test before has raised is quiet no more, and no longer listed.
  api.nowMs += 90_000_000;
  (api.raised as string[]).length = 0;
  ada = await api.owner();
});
afterAll(() => api.close());

async function statuses(paths: readonly string[], token: string | undefined): Promise<number[]> {
  const found: number[] = [];
  for (const path of paths) found.push((await api.ask(path, { token })).status);
  return found;
}

const many = (count: number, pathOf: (i: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => pathOf(i));

test("asking for many ids that are not one's own raises an alarm", async () => {
  const paths = many(20, (i) => `/v1/tags/cat-${String(i).padStart(8, "0")}`);
  expect(new Set(await statuses(paths, ada.token))).toEqual(new Set([404]));
  expect(api.raised).toEqual(["probing-foreign-ids"]);
});

test("a page that goes on asking for a tag that was given up raises none", async () => {
  const below = ["", "/locations/latest", "/locations", "/events", "/geofences", "/shares", "/found"];
  for (let i = 0; i < 10; i++)
    await statuses(
      below.map((path) => `/v1/tags/cat-00000001${path}`),
      ada.token,
    );
  expect(api.raised).toEqual([]);
});

test("a path that leads nowhere, and a stranger's requests, are no ids", async () => {
  await statuses(
    many(30, (i) => `/v1/nowhere/${i}`),
    ada.token,
  );
  await statuses(
    many(30, (i) => `/v1/tags/cat-${i}`),
    undefined,
  );
  expect(api.raised).toEqual([]);
});

test("guessing the codes of found tags raises one, mistyping a code does not", async () => {
  api.peer = "192.0.2.7";
  await statuses(["/v1/found/AAAAA-AAAAA", "/v1/found/aaaaa-aaaaa", "/v1/found/AAAAA-AAAAB"], undefined);
  expect(api.raised).toEqual([]);
  await statuses(
    many(10, (i) => `/v1/found/BBBBB-BBBB${i}`),
    undefined,
  );
  expect(api.raised).toEqual(["guessing-found-codes"]);
  api.peer = undefined;
});

test.each(["/v1/tags/claim", "/v1/shares/accept", "/v1/transfers/accept"])(
  "so does %s by codes that are wrong",
  async (path) => {
    const ask = (code: string) => api.ask(path, { method: "POST", body: { code }, token: ada.token });
    for (let i = 0; i < 20; i++) await ask("AAAAA-AAAAA-AAAAA-AAAAA");
    expect(api.raised).toEqual([]);
    for (let i = 0; i < 10; i++) expect((await ask(`BBBBB-BBBBB-BBBBB-BBBB${i}`)).status).toBe(400);
    expect(api.raised).toEqual(["guessing-claim-codes"]);
  },
);

test("giving up tag after tag raises one, giving up some does not", async () => {
  const giveUp = async () => {
    const id = await api.claimedTag(ada);
    expect((await api.ask(`/v1/tags/${id}`, { method: "DELETE", token: ada.token })).status).toBe(204);
  };
  for (let i = 0; i < 9; i++) await giveUp();
  expect(api.raised).toEqual([]);
  await giveUp();
  expect(api.raised).toEqual(["tags-given-up"]);
});

test("a client that does not stop when it is told to wait raises one", async () => {
  api.use({ ownerRates: new RateLimiter({ burst: 5, perSecond: 0.001 }, () => 0) });
  await statuses(
    many(204, () => "/v1/tags"),
    ada.token,
  );
  expect(api.raised).toEqual([]);
  await statuses(["/v1/tags"], ada.token);
  expect(api.raised).toEqual(["request-quota"]);
  api.use({});
});
