import { afterAll, beforeAll, expect, it } from "vitest";
import { makeTestApi } from "../testing/test-api.ts";
import type { TestApi } from "../testing/test-api.ts";
import { signToken } from "../testing/test-keys.ts";

let api: TestApi;

beforeAll(async () => {
  api = await makeTestApi();
});

afterAll(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

it.each([
  ...["/v1/tags/claim", "/v1/shares/accept", "/v1/transfers/accept", "/v1/alert-channels"],
  ...["prove", "proof", "rotate", "test"].map((act) => `/v1/alert-channels/${"a".repeat(26)}/${act}`),
])("%s is refused while the mail address is not verified, with the way out", async (path) => {
  for (const claims of [{ mail_verified: false }, { mail_verified: undefined }]) {
    const token = await signToken(api.key, claims);
    const { status, body } = await api.ask(path, { method: "POST", token, body: { code: "x" } });
    expect([status, body.type]).toEqual([403, "/v1/problems/mail-not-verified"]);
    expect(body.detail).toContain("POST /v1/auth/mail/verification");
    expect((await api.ask("/v1/tags", { token })).status).toBe(200);
  }
});
