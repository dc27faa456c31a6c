import { once } from "node:events";
import { ACCOUNT_PROBLEMS } from "@purrimeter/auth-api/problems";
import { ACCOUNT_ROUTES } from "@purrimeter/auth-api/routes";
import { systemTime } from "@purrimeter/service/system-time";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { followEndedSessions } from "../edge/follow-ended-sessions.ts";
import { DeclaredAsker, expectProblem } from "../testing/declared-asker.ts";
import { NO_REPORT } from "../testing/no-report.ts";
import { PASSWORD, TestAccounts } from "../testing/test-accounts.ts";
import type { TestAccount } from "../testing/test-accounts.ts";

let accounts: TestAccounts;
let asker: DeclaredAsker;

beforeAll(async () => {
  accounts = await TestAccounts.start();
  asker = new DeclaredAsker(accounts.api);
});

beforeEach(() => {
  accounts.calls.length = 0;
});

afterAll(async () => {
  expect(accounts.api.failures).toEqual([]);
  await accounts.close();
});

const ask: DeclaredAsker["ask"] = (route, asking) => asker.ask(route, asking);

describe("what is refused", () => {
  it("is refused by the authentication service in the form of the API", async () => {
    const { token } = await accounts.owner();
    const { body } = await ask("POST /v1/auth/personal-tokens", {
      token,
      body: { password: PASSWORD, name: "x".repeat(65), scopes: ["tags:read", "all"], expiresInDays: 1 },
    });
    expect(body.errors).toMatchObject([
      { field: "name", message: "At most 64 characters.", limit: 64 },
      { field: "scopes[1]" },
    ]);
  });

  it.each([
    ["a body that is cut off", '{"email":', 400, "malformed-json"],
    ["a member that comes twice", '{"email":"a@b.example","email":"b@b.example"}', 400, "malformed-json"],
    ["no body", "", 400, "malformed-json"],
    ["deep nesting", `{"email":${"[".repeat(30)}${"]".repeat(30)}}`, 400, "malformed-json"],
    ["a long body", JSON.stringify({ email: "x".repeat(4_200) }), 413, "body-too-large"],
    ["no mail address", '{"email":"a@b","password":"x"}', 400, "invalid-request"],
    [
      "an unknown member",
      '{"email":"a@b.example","password":"x","roles":["operator"]}',
      400,
      "invalid-request",
    ],
  ])("%s", async (_, body, status, name) => {
    const answer = await accounts.api.ask("/v1/auth/login", { method: "POST", body });
    expect([answer.status, answer.body.type]).toEqual([status, `/v1/problems/${name}`]);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
  });

  it("another media type, before the body is passed on", async () => {
    const headers = { "content-type": "text/plain" };
    const answer = await accounts.api.ask("/v1/auth/login", { method: "POST", body: "{}", headers });
    expect([answer.status, answer.body.type]).toEqual([415, "/v1/problems/unsupported-media-type"]);
    expect(accounts.calls).toEqual([]);
  });

  it("too many attempts, with the time to wait", async () => {
    accounts.api.peer = "192.0.2.99";
    const { email } = await accounts.owner();
    const attempt = { body: { email, password: "wrong" } };
    for (let i = 0; i < 10; i++)
      expectProblem(await ask("POST /v1/auth/login", attempt), 401, "wrong-credentials");
    const slowed = await ask("POST /v1/auth/login", attempt);
    expectProblem(slowed, 429, "too-many-requests");
    expect(Number(slowed.headers.get("retry-after"))).toBeGreaterThan(0);
    accounts.api.peer = "192.0.2.1";
  });

  it("every route while the authentication service does not answer", async () => {
    const { token } = await accounts.owner();
    await ask("GET /v1/auth/account", { token });
    accounts.isAway = true;
    const away = await ask("GET /v1/auth/account", { token });
    accounts.isAway = false;
    expectProblem(away, 503, "unavailable");
    expect(away.headers.get("retry-after")).toBe("1");
  });
});

describe("the type of a problem", () => {
  it.each(Object.entries(ACCOUNT_PROBLEMS))("%s is a path that explains it", async (name, row) => {
    const { status, body } = await accounts.api.ask(`/v1/problems/${name}`);
    expect([status, body]).toEqual([200, { type: `/v1/problems/${name}`, ...row }]);
  });
});

describe("what a client sends", () => {
  it("sets no header of the internal interface", async () => {
    const victim = await accounts.owner();
    const headers = {
      "purrimeter-client-address": "203.0.113.7",
      "purrimeter-page-refresh-token": victim.refreshToken,
      "purrimeter-ended-sessions": victim.session,
    };
    for (const route of ["refresh", "logout"]) {
      const { status } = await accounts.api.ask(`/v1/auth/${route}`, { method: "POST", body: {}, headers });
      expect(status).toBe(400);
    }
    expect(accounts.calls).toHaveLength(2);
    for (const call of accounts.calls) {
      expect(call.clientAddress).toBe("192.0.2.1");
      expect(call).not.toHaveProperty("pageRefreshToken");
    }
    expect((await ask("GET /v1/auth/account", { token: victim.token })).status).toBe(200);
  });

  it("reaches no internal route", async () => {
    const { token } = await accounts.owner(["owner", "operator", "auditor"]);
    accounts.calls.length = 0;
    for (const path of [
      "/.well-known/jwks.json",
      "/sessions/ended",
      "/erasures",
      "/health",
      "/openapi.json",
      "/personal-tokens/exchange",
    ])
      for (const method of ["GET", "POST", "PUT", "DELETE"]) {
        const body = method === "GET" ? {} : { body: { token: "x" } };
        const { status } = await accounts.api.ask(`/v1/auth${path}`, { method, token, ...body });
        expect([400, 404, 405], `${method} ${path}`).toContain(status);
      }
    expect(accounts.calls.filter(({ path }) => path !== "/.well-known/jwks.json")).toEqual([]);
  });

  it.each(["..", "a%2Fb", "%2e%2e%2Fhealth", "0123"])("makes no other path of the id %s", async (id) => {
    const { token } = await accounts.owner();
    const { status } = await accounts.api.ask(`/v1/auth/sessions/${id}`, { method: "DELETE", token });
    expect([400, 404, 405, 204]).toContain(status);
    for (const { path } of accounts.calls) expect(["/sessions", "/.well-known/jwks.json"]).toContain(path);
  });

  it("reaches nothing without a good token, and nothing by a personal access token", async () => {
    const { id, session, token } = await accounts.owner();
    const personal = (await accounts.personalToken(id, "tags:read", "tags:write")).token;
    accounts.api.ended.add(session, accounts.api.nowS + 600);
    for (const [sent, wanted] of [
      [undefined, 401],
      [token, 401],
      [personal, 403],
    ] as const)
      for (const { method, path, ...route } of ACCOUNT_ROUTES.filter((known) => "security" in known)) {
        const more = { method: method.toUpperCase(), token: sent, ...(method === "post" && { body: {} }) };
        const { status } = await accounts.api.ask(`/v1/auth${path.replace("{id}", id)}`, more);
        expect(status, `${route.operationId} with ${String(sent)}`).toBe(wanted);
      }
  });
});

describe("a session that ends", () => {
  let owner: TestAccount;

  beforeEach(async () => {
    owner = await accounts.owner();
  });

  it("is refused here before the client hears that it is over", async () => {
    await ask("POST /v1/auth/logout", { body: { refreshToken: owner.refreshToken } });
    expect(accounts.api.ended.has(owner.session)).toBe(true);
  });

  it("by another process is heard of on the feed", async () => {
    const stopping = new AbortController();
    const following = followEndedSessions(
      { auth: accounts, ended: accounts.api.ended, time: systemTime, report: NO_REPORT },
      stopping.signal,
    );
    await accounts.auth.service.sessions.end([owner.session]);
    await expect.poll(() => accounts.api.ended.has(owner.session)).toBe(true);
    const aborted = once(stopping.signal, "abort");
    stopping.abort();
    accounts.auth.service.endings.stop();
    await Promise.all([aborted, following]);
  });
});
