import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService } from "../testing/test-service.ts";
import type { TestService } from "../testing/test-service.ts";

let auth: TestService;

beforeAll(async () => {
  auth = await startTestService();
});
afterAll(() => auth.close());

describe("bodies", () => {
  test.each([
    ["no JSON", "{email:1}", 400, "malformed-json"],
    ["cut off", '{"email":"a@b.example"', 400, "malformed-json"],
    ["a number that JSON does not have", '{"email":NaN}', 400, "malformed-json"],
    ["a key twice", '{"email":"a@b.example","password":"x","password":"y"}', 400, "malformed-json"],
    [
      "a key twice in disguise",
      '{"email":"a@b.example","password":"x","passw\\u006frd":"y"}',
      400,
      "malformed-json",
    ],
    ["deep nesting", `{"email":${"[".repeat(500)}${"]".repeat(500)}}`, 400, "malformed-json"],
    ["an array", "[]", 400, "invalid-request"],
    ["null", "null", 400, "invalid-request"],
    ["nothing", "", 400, "malformed-json"],
    ["no password", '{"email":"a@b.example"}', 400, "invalid-request"],
    ["a number as password", '{"email":"a@b.example","password":123456789012345}', 400, "invalid-request"],
    ["an object as address", '{"email":{"$ne":""},"password":"x"}', 400, "invalid-request"],
    ["no mail address", '{"email":"a@b","password":"x"}', 400, "invalid-request"],
    ["an unknown field", '{"email":"a@b.example","password":"x","remember":true}', 400, "invalid-request"],
    [
      "a prototype",
      '{"__proto__":{"roles":["operator"]},"email":"a@b.example","password":"x"}',
      400,
      "malformed-json",
    ],
    ["half a surrogate pair", '{"email":"a@b.example","password":"\\ud83d"}', 400, "invalid-request"],
  ])("with %s are refused", async (_, body, status, name) => {
    const answer = await auth.call({
      path: "/login",
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(answer.body).toMatchObject({ type: `/v1/problems/${name}`, status });
  });

  test("that say to be something else are refused", async () => {
    const answer = await auth.call({ path: "/login", body: "{}", headers: { "content-type": "text/plain" } });
    expect(answer.status).toBe(415);
    const gzip = await auth.call({ path: "/login", body: "{}", headers: { "content-encoding": "gzip" } });
    expect(gzip.status).toBe(415);
  });

  test("that are too large are refused with the limit, announced or not", async () => {
    const body = JSON.stringify({ email: "a@b.example", password: "x".repeat(5_000) });
    const announced = await auth.call({ path: "/login", body });
    const unannounced = await auth.call({ path: "/login", body, chunked: true });
    for (const answer of [announced, unannounced]) {
      expect(answer.status).toBe(413);
      expect(answer.body.errors[0]?.limit).toBe(4_096);
    }
  });

  test("name every field that is wrong, and repeat none of them", async () => {
    const answer = await auth.call({
      path: "/register",
      body: { email: "secret-name", pass: "secret-word" },
    });
    expect(answer.body.errors.map((error: { field: string }) => error.field).toSorted()).toEqual([
      "email",
      "pass",
      "password",
    ]);
    expect(JSON.stringify(answer.body)).not.toContain("secret");
  });
});
