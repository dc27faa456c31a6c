import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AUDIT_EXCHANGE, serviceProblem, SESSION_EXCHANGES } from "../testing/auth-answers.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { TestApi } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";

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
    ["second-factor-required", 401, "Bearer", null],
    ["unavailable", 503, null, "2"],
    ["invalid-request", 400, null, null],
  ])("passes on %s", async (name, status, challenge, retryAfter) => {
    answers(status, serviceProblem(name, status), retryAfter ?? undefined);
    const answer = await api.ask("/v1/auth/login", { method: "POST", body: credentials });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ type: `/v1/problems/${name}`, errors: [{ field: "password" }] });
    expect(answer.headers.get("www-authenticate")).toBe(challenge);
    expect(answer.headers.get("retry-after")).toBe(retryAfter);
  });

  it("passes on what the second step needs, there alone", async () => {
    const members = { challenge: "c", methods: ["totp", "recovery-code"] };
    answers(401, serviceProblem("second-factor-required", 401, members));
    const login = await api.ask("/v1/auth/login", { method: "POST", body: credentials });
    expect(login.body).toMatchObject({ type: "/v1/problems/second-factor-required", ...members });
    answers(401, serviceProblem("wrong-credentials", 401, members));
    const wrong = await api.ask("/v1/auth/login", { method: "POST", body: credentials });
    expect(wrong.body).not.toHaveProperty("challenge");
  });

  it("says 503 when the service is away, and 500 when it speaks nonsense or refuses the gateway", async () => {
    api.authAnswer = { kind: "unavailable" };
    const away = await api.ask("/v1/auth/login", { method: "POST", body: credentials });
    expect([away.status, away.headers.get("retry-after")]).toEqual([503, "1"]);
    for (const [status, body] of [
      [200, { surprise: true }],
      [404, serviceProblem("not-found", 404)],
      [409, serviceProblem("conflict", 409)],
      [405, serviceProblem("method-not-allowed", 405)],
      [500, serviceProblem("internal-error", 500)],
      [502, "<html>"],
    ] as const) {
      answers(status, body);
      expect((await api.ask("/v1/auth/login", { method: "POST", body: credentials })).status).toBe(500);
    }
    expect(api.failures).toHaveLength(6);
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

  it("reads no body beyond 4 KiB", async () => {
    const body = { ...credentials, password: "x".repeat(4_200) };
    expect((await api.ask("/v1/auth/login", { method: "POST", body })).status).toBe(413);
  });
});

describe("routes of a session", () => {
  it.each(SESSION_EXCHANGES)(
    "$method $path hands on the token, the address and what was validated",
    async (exchange) => {
      const { method, path, id = "", body, status, answer } = exchange;
      const { token } = await api.owner();
      answers(status, answer);
      const asked = await api.ask(`/v1/auth${path.replace("{id}", id)}?after=1`, {
        ...{ method: method.toUpperCase(), token },
        ...(body !== undefined && { body }),
      });
      expect([asked.status, asked.body]).toEqual([status, answer]);
      expect(api.authCalls).toEqual([
        {
          ...{
            method: method.toUpperCase(),
            path: path.replace("{id}", id),
            clientAddress: "",
            accessToken: token,
          },
          ...(body !== undefined && { body }),
        },
      ]);
    },
  );

  it("hands on nothing without a good token, and no personal access token", async () => {
    const { id, session, token } = await api.owner();
    api.ended.add(session, NOW_S + 600);
    const scoped = (await api.tokenOf(id, ["owner"], "tags:read tags:write")).token;
    for (const [sent, wanted] of [
      [undefined, 401],
      [token, 401],
      [scoped, 403],
    ] as const)
      for (const { method, path, id: object = "", body } of SESSION_EXCHANGES) {
        const more = { method: method.toUpperCase(), token: sent, ...(body !== undefined && { body }) };
        expect((await api.ask(`/v1/auth${path.replace("{id}", object)}`, more)).status).toBe(wanted);
      }
    expect(api.authCalls).toEqual([]);
  });

  it.each(["..", "a%2Fb", "%2e%2e%2Fhealth", "0123"])("makes no other path of the id %s", async (id) => {
    const { token } = await api.owner();
    answers(204);
    const { status } = await api.ask(`/v1/auth/sessions/${id}`, { method: "DELETE", token });
    expect([400, 404, 405, 204]).toContain(status);
    for (const call of api.authCalls) expect(call).toMatchObject({ path: "/sessions" });
  });

  it("asks the trail for the page that an auditor wants", async () => {
    answers(200, AUDIT_EXCHANGE.answer);
    const { token } = await api.owner(["auditor"]);
    const answer = await api.ask("/v1/auth/audit?after=7&limit=10", { token });
    expect([answer.status, answer.body]).toEqual([200, AUDIT_EXCHANGE.answer]);
    expect(api.authCalls).toMatchObject([{ method: "GET", path: "/audit?after=7&limit=10" }]);
    expect((await api.ask("/v1/auth/audit?limit=1%26x", { token })).status).toBe(400);
    expect((await api.ask("/v1/auth/audit", { token: (await api.owner()).token })).status).toBe(403);
  });

  it.each([
    "/.well-known/jwks.json",
    "/sessions/ended",
    "/health",
    "/openapi.json",
    "/personal-tokens/exchange",
  ])("never maps %s", async (path) => {
    const { token } = await api.owner(["owner", "operator", "auditor"]);
    for (const method of ["GET", "POST", "PUT"]) {
      const body = method === "GET" ? {} : { body: { token: "x" } };
      expect([404, 405]).toContain((await api.ask(`/v1/auth${path}`, { method, token, ...body })).status);
    }
    expect(api.authCalls).toEqual([]);
  });
});
