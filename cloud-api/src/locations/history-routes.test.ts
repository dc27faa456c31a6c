import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { rfc3339 } from "../lists/rfc3339.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { Answer, TestApi, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { fixAt, record } from "../testing/test-reports.ts";

let api: TestApi;
let owner: TestOwner;
let tag: TagId;
const text = (atS: number): string => rfc3339(atS as UnixSeconds);
const timeOf = (number: number): number => NOW_S - 600 + number * 60;
const FIXES = [1, 2, 3, 4, 5].map((number) => fixAt(timeOf(number)));

beforeAll(async () => {
  api = await makeTestApi();
  owner = await api.owner();
});
beforeEach(async () => {
  tag = await api.claimedTag(owner);
  await record(api.store, tag, FIXES);
});
afterAll(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

const of = (rest: string, method = "GET", body?: unknown): Promise<Answer> =>
  api.ask(`/v1/tags/${tag}/locations${rest}`, {
    method,
    token: owner.token,
    ...(body !== undefined && { body }),
  });
const left = async (): Promise<string[]> => (await of("")).body.items.map(({ at }) => at);

it("a stretch goes, and the receipt says until when backups hold it", async () => {
  const answer = await of(`?from=${text(timeOf(2))}&to=${text(timeOf(4))}`, "DELETE");
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    from: text(timeOf(2)),
    to: text(timeOf(4)),
    locations: 3,
    backupsUntil: text(NOW_S + 30 * 86_400),
  });
  await record(api.store, tag, FIXES);
  expect(await left()).toEqual([text(timeOf(1)), text(timeOf(5))]);
});

it("nothing goes when an end is missing, malformed or before the other", async () => {
  for (const query of ["", `?from=${text(timeOf(1))}`, `?to=${text(timeOf(5))}`, "?from=x&to=y", "?all=true"])
    expect((await of(query, "DELETE")).status, query).toBe(400);
  expect((await of(`?from=${text(timeOf(5))}&to=${text(timeOf(1))}`, "DELETE")).status).toBe(400);
  expect(await left()).toHaveLength(5);
});

it("a location is suspect because its owner says so, and is not the latest", async () => {
  const doubted = await of(`/${text(timeOf(5))}`, "PATCH", { suspect: true });
  expect([doubted.status, doubted.body]).toMatchObject([200, { at: text(timeOf(5)), suspect: "by-owner" }]);
  expect((await of("/latest")).body.at).toBe(text(timeOf(4)));
  expect((await of(`/${text(timeOf(5))}`, "PATCH", { suspect: false })).body).not.toHaveProperty("suspect");
  expect((await of("/latest")).body.at).toBe(text(timeOf(5)));
});

it("nothing is suspect without a time, a location or a word of the owner", async () => {
  expect((await of("/yesterday", "PATCH", { suspect: true })).status).toBe(400);
  expect((await of(`/${text(timeOf(9))}`, "PATCH", { suspect: true })).status).toBe(404);
  expect((await of(`/${text(timeOf(5))}`, "PATCH", { suspect: "yes" })).status).toBe(400);
  expect((await of(`/${text(timeOf(5))}`, "PATCH", {})).status).toBe(400);
});
