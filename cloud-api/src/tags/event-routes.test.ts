import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TagId } from "@purrimeter/protocol/values";
import { makeTestApi } from "../testing/test-api.ts";
import type { Answer, TestApi } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { exitAt, record } from "../testing/test-reports.ts";

let api: TestApi;
let tag: TagId;
let answer: Answer;

beforeAll(async () => {
  api = await makeTestApi();
  const owner = await api.owner();
  tag = await api.claimedTag(owner);
  const entries = [exitAt(NOW_S - 60, 0, 1), exitAt(0, 0, 1), exitAt(NOW_S + 31_536_000, 0, 1)];
  await record(api.store, tag, entries, { suspect: [undefined, "too-old", "future"] });
  answer = await api.ask(`/v1/tags/${tag}/events`, { token: owner.token });
});
afterAll(() => api.close());

describe("events", () => {
  it("are listed", () => {
    expect(answer.status).toBe(200);
    expect(answer.body.items.length).toBeGreaterThan(0);
  });

  it("say the last known side", () => {
    expect(answer.body.items.map(({ lastKnown }) => lastKnown)).toEqual(["inside", "inside", "inside"]);
  });

  // As locations are: a time that is not believed is not shown as if it were.
  it("whose time is doubted are marked as suspect, or left out", () => {
    expect(answer.body.items.filter(({ suspect }) => suspect === undefined)).toHaveLength(1);
  });
});
