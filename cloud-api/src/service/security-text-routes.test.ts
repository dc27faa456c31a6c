import { afterEach, beforeEach, expect, test } from "vitest";
import { makeTestApi, type TestApi } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";

let api: TestApi;

beforeEach(async () => {
  api = await makeTestApi();
});
afterEach(() => api.close());

test("security.txt has the operator's contact, and expires within a year", async () => {
  api.use({ securityContact: "mailto:security@example.org" });
  const { status, headers, text } = await api.ask("/.well-known/security.txt");
  expect([status, headers.get("content-type")]).toEqual([200, "text/plain; charset=utf-8"]);
  expect(text).toMatch(/^Contact: mailto:security@example\.org\n/);
  const expires = Date.parse(/^Expires: (.*)$/m.exec(text)?.[1] ?? "") / 1_000;
  expect(expires).toBeGreaterThan(NOW_S);
  expect(expires).toBeLessThan(NOW_S + 366 * 86_400);
});

test("without a contact there is no security.txt", async () => {
  const { status, body } = await api.ask("/.well-known/security.txt");
  expect([status, body.type]).toEqual([404, "/v1/problems/not-found"]);
});
