import { afterAll, beforeAll, expect, test } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import { makeTestApi, type TestApi, type TestOwner } from "../testing/test-api.ts";

let api: TestApi;
let owner: TestOwner;
let tag: TagId;
beforeAll(async () => {
  api = await makeTestApi();
  owner = await api.owner();
  tag = await api.claimedTag(owner);
});
afterAll(() => api.close());

const code = "AAAA-AAAA-AAAA-AAAA";

test.each([
  ["a claim", () => "/v1/tags/claim", { code }],
  ["an offer", () => `/v1/tags/${tag}/transfer`, undefined],
  ["its acceptance", () => "/v1/transfers/accept", { code }],
  ["its confirmation", () => `/v1/tags/${tag}/transfer/confirm`, { checkNumber: "000000" }],
  ["an invitation", () => `/v1/tags/${tag}/shares`, { kind: "history" }],
  ["its acceptance by a viewer", () => "/v1/shares/accept", { code }],
])("%s waits for a clock that is trusted", async (_what, path, body) => {
  const ask = { method: "POST", token: owner.token, ...(body !== undefined && { body }) };
  api.isClockPlausible = false;
  const answer = await api.ask(path(), ask);
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toBe("300");
  expect(answer.body).toMatchObject({ type: "/v1/problems/unavailable" });
  expect(answer.body.detail).toContain("clock");
  api.isClockPlausible = true;
  expect((await api.ask(path(), ask)).status).not.toBe(503);
});
