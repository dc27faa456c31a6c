import type { ReadinessReport } from "@purrimeter/service/readiness";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeTestApi, type TestApi } from "../testing/test-api.ts";

let api: TestApi;

beforeEach(async () => {
  api = await makeTestApi();
});
afterEach(() => api.close());

const report = (ok: boolean): ReadinessReport => ({
  status: ok ? "ready" : "not-ready",
  checks: { auth: { ok, detail: "no answer in time" } },
});

test.each([
  [true, 200, { status: "ready" }],
  [false, 503, { status: "not-ready" }],
])("tells strangers the status alone: %s", async (ok, status, body) => {
  api.use({ readiness: { report: () => Promise.resolve(report(ok)) } });
  const answer = await api.ask("/v1/ready");
  expect([answer.status, answer.body]).toEqual([status, body]);
  expect(answer.headers.get("cache-control")).toContain("no-store");
});

test("is alive also when what it depends on is not", async () => {
  api.use({ readiness: { report: () => Promise.resolve(report(false)) } });
  const answer = await api.ask("/v1/health");
  expect([answer.status, answer.body]).toEqual([200, { status: "ok" }]);
});
