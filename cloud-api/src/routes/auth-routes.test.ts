import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeTestApi } from "../testing/test-api.ts";
import type { TestApi } from "../testing/test-api.ts";

let api: TestApi;

beforeAll(async () => {
  api = await makeTestApi();
});

beforeEach(() => {
  api.authCalls.length = 0;
  api.failures.length = 0;
});

afterAll(() => api.close());

const credentials = { email: "mia@example.org", password: "correct horse battery" };
const tokens = { accessToken: "a", refreshToken: "r", expiresIn: 600 };

function answers(status: number, body?: unknown, retryAfter?: string): void {
  api.authAnswer = { kind: "answer", status, body, retryAfter };
}

function problemBody(name: string, status: number): unknown {
  return {
    type: `/v1/problems/${name}`,
    title: "t",
    status,
    detail: "d",
    errors: [{ field: "password", message: "m" }],
  };
}

describe("auth routes", () => {
  it.each([
    ["register", credentials, 201],
    ["login", credentials, 200],
    ["refresh", { refreshToken: "r" }, 200],
  ])("%s hands the body on and answers with the tokens alone", async (name, body, status) => {
    answers(status, { ...tokens, internal: "x" });
    const answer = await api.ask(`/v1/auth/${name}`, { method: "POST", body });
    expect([answer.status, answer.body]).toEqual([status, tokens]);
    expect(api.authCalls).toEqual([{ method: "POST", path: `/${name}`, clientAddress: "", body }]);
  });

  it("log out answers with nothing", async () => {
    answers(204);
    const { status, text } = await api.ask("/v1/auth/logout", {
      method: "POST",
      body: { refreshToken: "r" },
    });
    expect([status, text]).toEqual([204, ""]);
  });

  it.each([
    ["wrong-credentials", 401, "Bearer", null],
    ["too-many-requests", 429, null, "7"],
    ["conflict", 409, null, null],
    ["invalid-request", 400, null, null],
  ])("passes on %s", async (name, status, challenge, retryAfter) => {
    answers(status, problemBody(name, status), retryAfter ?? undefined);
    const answer = await api.ask("/v1/auth/login", { method: "POST", body: credentials });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ type: `/v1/problems/${name}`, errors: [{ field: "password" }] });
    expect(answer.headers.get("www-authenticate")).toBe(challenge);
    expect(answer.headers.get("retry-after")).toBe(retryAfter);
  });

  it("says 503 when the service is away, and 500 when it speaks nonsense or refuses the gateway", async () => {
    api.authAnswer = { kind: "unavailable" };
    const away = await api.ask("/v1/auth/login", { method: "POST", body: credentials });
    expect([away.status, away.headers.get("retry-after")]).toEqual([503, "1"]);
    for (const [status, body] of [
      [200, { surprise: true }],
      [404, problemBody("not-found", 404)],
      [500, problemBody("internal-error", 500)],
      [502, "<html>"],
    ] as const) {
      answers(status, body);
      expect((await api.ask("/v1/auth/login", { method: "POST", body: credentials })).status).toBe(500);
    }
    expect(api.failures).toHaveLength(4);
  });

  it.each([
    [{ email: "a" }, "password"],
    [{ ...credentials, roles: ["operator"] }, "roles"],
    [{ email: 1, password: "x" }, "email"],
    [{ email: ["a@b.c"], password: "x" }, "email"],
    [[], "body"],
  ])("%j never reaches the service", async (body, field) => {
    const answer = await api.ask("/v1/auth/register", { method: "POST", body });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error) => error.field)).toContain(field);
    expect(api.authCalls).toEqual([]);
  });

  it("reads no body beyond 8 KiB", async () => {
    const body = { ...credentials, password: "x".repeat(9_000) };
    expect((await api.ask("/v1/auth/login", { method: "POST", body })).status).toBe(413);
  });
});
