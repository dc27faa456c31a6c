import { once } from "node:events";
import { SoftwareAuthenticator } from "@purrimeter/auth/testing/software-authenticator";
import { RELYING_PARTY } from "@purrimeter/auth/testing/test-service";
import { ACCOUNT_ROUTES } from "@purrimeter/auth-api/routes";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { z } from "zod";
import { followEndedSessions } from "../edge/follow-ended-sessions.ts";
import { PASSWORD, TestAccounts } from "../testing/test-accounts.ts";
import type { TestAccount } from "../testing/test-accounts.ts";
import type { Answer } from "../testing/test-api.ts";

let accounts: TestAccounts;

beforeAll(async () => {
  accounts = await TestAccounts.start();
});

beforeEach(() => {
  accounts.calls.length = 0;
});

afterAll(async () => {
  expect(accounts.api.failures).toEqual([]);
  await accounts.close();
});

/** Members of the answers of accounts. */
interface Body {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly challenge: string;
  readonly methods: readonly string[];
  readonly options: { readonly challenge: string };
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
  readonly id: string;
  readonly token: string;
  readonly items: readonly { readonly id: string; readonly device: string; readonly current: boolean }[];
}

type Asked = Answer & { readonly account: Body };

interface Declared {
  readonly content?: Record<string, { readonly schema: z.ZodType }>;
}

const tried = new Set<string>();

function declaredOf(method: string, path: string, status: number): Declared | undefined {
  for (const definition of accounts.api.app.openAPIRegistry.definitions)
    if (definition.type === "route" && definition.route.path === path && definition.route.method === method)
      return definition.route.responses[status] as Declared | undefined;
  return undefined;
}

/** Asks a route of the document, and expects an answer that the document declares, with all of its members and no other. */
async function ask(
  route: string,
  {
    id = "",
    query = "",
    ...more
  }: { id?: string; query?: string; body?: object; token?: string | undefined } = {},
): Promise<Asked> {
  const [method = "", path = ""] = route.split(" ");
  const answer = await accounts.api.ask(path.replace("{id}", id) + query, { method, ...more });
  const declared = declaredOf(method.toLowerCase(), path, answer.status);
  expect(declared, `${route} answers ${answer.status}: ${answer.text}`).toBeDefined();
  const schema = declared?.content?.[answer.headers.get("content-type") ?? ""]?.schema;
  expect(answer.body === undefined || schema !== undefined, `${route} declares its body`).toBe(true);
  if (schema) expect(schema.parse(answer.body), route).toEqual(answer.body);
  if (answer.status < 300) tried.add(route);
  return { ...answer, account: answer.body as unknown as Body };
}

async function linkTo(email: string, what: string): Promise<string> {
  await accounts.auth.service.mailQueue.flush();
  const start = `https://web.test/#${what}=`;
  const mail = accounts.auth.mails.findLast(({ to, text }) => to === email && text.includes(start));
  return mail?.text.split(start)[1]?.split("\n")[0] ?? "";
}

const expectProblem = (answer: Asked, status: number, name: string): void => {
  expect([answer.status, answer.body.type]).toEqual([status, `/v1/problems/${name}`]);
};

describe("an account's life, through both services", () => {
  const email = "mia@example.org";
  const key = new SoftwareAuthenticator(RELYING_PARTY.id, RELYING_PARTY.origins[0] ?? "");
  let password = PASSWORD;
  let token: string;
  let secret: string;
  let codes: readonly string[];

  const logIn = (device = "phone"): Promise<Asked> =>
    ask("POST /v1/auth/login", { body: { email, password, device } });

  it("begins with a registration and a mail", async () => {
    const registered = await ask("POST /v1/auth/register", { body: { email, password, device: "phone" } });
    expect(registered.status).toBe(201);
    token = registered.account.accessToken;
    expectProblem(await ask("POST /v1/auth/register", { body: { email, password } }), 409, "conflict");
    expect((await ask("GET /v1/auth/account", { token })).body).toMatchObject({
      email,
      mailVerified: false,
      roles: ["owner"],
    });
    await ask("POST /v1/auth/mail/verification", { token });
    const link = { token: await linkTo(email, "verify") };
    expect((await ask("POST /v1/auth/mail/verify", { body: link })).status).toBe(204);
  });

  it("has sessions, which are refreshed and end", async () => {
    const first = (await logIn("laptop")).account;
    const { account: second } = await ask("POST /v1/auth/refresh", {
      body: { refreshToken: first.refreshToken },
    });
    expect((await accounts.api.ask("/v1/tags", { token: second.accessToken })).status).toBe(200);
    await ask("POST /v1/auth/logout", { body: { refreshToken: second.refreshToken } });
    expect((await accounts.api.ask("/v1/tags", { token: second.accessToken })).status).toBe(401);
    for (const device of ["tablet", "watch"]) await logIn(device);
    const listed = (await ask("GET /v1/auth/sessions", { token })).account.items;
    expect(listed.map(({ device }) => device).toSorted()).toEqual(["phone", "tablet", "watch"]);
    const { id } = listed.find(({ device }) => device === "tablet") ?? { id: "" };
    await ask("DELETE /v1/auth/sessions/{id}", { id, token });
    expectProblem(await ask("DELETE /v1/auth/sessions/{id}", { id, token }), 404, "not-found");
    expectProblem(await ask("DELETE /v1/auth/sessions/{id}", { id: "0123", token }), 400, "invalid-request");
    await ask("DELETE /v1/auth/sessions", { token });
    expect((await ask("GET /v1/auth/sessions", { token })).account.items).toMatchObject([{ current: true }]);
  });

  it("ends the session of a refresh token that comes twice", async () => {
    const { refreshToken } = (await logIn()).account;
    await ask("POST /v1/auth/refresh", { body: { refreshToken } });
    const again = await ask("POST /v1/auth/refresh", { body: { refreshToken } });
    expectProblem(again, 401, "wrong-credentials");
    expect(again.headers.get("www-authenticate")).toBe("Bearer");
  });

  it("has a second factor, which every login needs from then on", async () => {
    secret = (await ask("POST /v1/auth/second-factors/totp", { token, body: { password } })).account.secret;
    const wrong = { token, body: { code: "000000" } };
    expectProblem(await ask("POST /v1/auth/second-factors/totp/confirm", wrong), 400, "invalid-request");
    const confirmed = await ask("POST /v1/auth/second-factors/totp/confirm", {
      token,
      body: { code: accounts.nextCode(secret) },
    });
    codes = confirmed.account.recoveryCodes;
    expect(codes[0]).toMatch(/^([A-Z2-7]{4}-){5}[A-Z2-7]{4}$/);
    expect((await ask("GET /v1/auth/second-factors", { token })).body).toEqual({
      totp: true,
      recoveryCodesLeft: 10,
    });
    const login = await logIn();
    expectProblem(login, 401, "second-factor-required");
    expect(login.account.methods).toEqual(["totp", "recovery-code"]);
    const { challenge } = login.account;
    const step = { challenge, code: codes[1] ?? "" };
    expect((await ask("POST /v1/auth/login/second-factor", { body: step })).status).toBe(200);
    expectProblem(await ask("POST /v1/auth/login/second-factor", { body: step }), 401, "wrong-credentials");
  });

  it("gets new recovery codes for all that a login asks for", async () => {
    const route = "POST /v1/auth/second-factors/recovery-codes";
    const refused = await ask(route, { token, body: { password } });
    expectProblem(refused, 401, "second-factor-required");
    expect(refused.account.challenge).not.toBe("");
    expectProblem(await ask(route, { token, body: { password, code: "1" } }), 401, "wrong-credentials");
    const made = await ask(route, { token, body: { password, code: accounts.nextCode(secret) } });
    codes = made.account.recoveryCodes;
    expect(codes).toHaveLength(10);
  });

  it("has passkeys, which stand in for codes", async () => {
    const proof = { token, body: { password, code: accounts.nextCode(secret) } };
    const { options } = (await ask("POST /v1/auth/passkeys/options", proof)).account;
    const made = { token, body: { name: "key", response: key.create(options.challenge) } };
    expect((await ask("POST /v1/auth/passkeys", made)).account.id).toBe(key.id);
    expectProblem(await ask("POST /v1/auth/passkeys", made), 400, "invalid-request");
    expect((await ask("GET /v1/auth/passkeys", { token })).account.items).toMatchObject([{ id: key.id }]);
    const { challenge } = (await logIn()).account;
    const signed = await ask("POST /v1/auth/login/passkey/options", { body: { challenge } });
    const response = key.get(signed.account.options.challenge);
    expect((await ask("POST /v1/auth/login/passkey", { body: { challenge, response } })).status).toBe(200);
    expectProblem(
      await ask("POST /v1/auth/login/passkey", { body: { challenge, response } }),
      401,
      "wrong-credentials",
    );
    const removal = { id: key.id, token, body: { password, code: accounts.nextCode(secret) } };
    await ask("POST /v1/auth/passkeys/{id}/remove", removal);
    const again = { ...removal, body: { password, code: accounts.nextCode(secret) } };
    expectProblem(await ask("POST /v1/auth/passkeys/{id}/remove", again), 404, "not-found");
    await ask("POST /v1/auth/second-factors/totp/remove", {
      token,
      body: { password, code: codes[2] ?? "" },
    });
    expectProblem(
      await ask("POST /v1/auth/second-factors/totp/remove", { token, body: { password } }),
      404,
      "not-found",
    );
  });

  it("has personal access tokens", async () => {
    const wish = { password, name: "scale", scopes: ["tags:read"], expiresInDays: 30 };
    const made = await ask("POST /v1/auth/personal-tokens", { token, body: wish });
    expect((await accounts.api.ask("/v1/tags", { token: made.account.token })).status).toBe(200);
    const { items } = (await ask("GET /v1/auth/personal-tokens", { token })).account;
    expect(items).toMatchObject([{ id: made.account.id, scopes: ["tags:read"], usedAt: expect.anything() }]);
    await ask("DELETE /v1/auth/personal-tokens/{id}", { id: made.account.id, token });
    expect((await accounts.api.ask("/v1/tags", { token: made.account.token })).status).toBe(401);
  });

  it("changes its password, loses it, and changes its mail address", async () => {
    const newPassword = "four black cats under a tree";
    await ask("POST /v1/auth/password", { token, body: { password, newPassword } });
    await ask("POST /v1/auth/password/reset-request", { body: { email } });
    password = "five white cats in a bag";
    const reset = { token: await linkTo(email, "reset"), password };
    expect((await ask("POST /v1/auth/password/reset", { body: reset })).status).toBe(204);
    expectProblem(await ask("POST /v1/auth/password/reset", { body: reset }), 400, "invalid-request");
    expectProblem(await ask("GET /v1/auth/account", { token }), 401, "unauthenticated");
    token = (await logIn()).account.accessToken;
    const fresh = "mia@cats.example";
    await ask("POST /v1/auth/mail/change", { token, body: { password, email: fresh } });
    const link = { token: await linkTo(fresh, "change") };
    await ask("POST /v1/auth/mail/change/confirm", { body: link });
    expect((await ask("GET /v1/auth/account", { token })).body).toMatchObject({ email: fresh });
  });

  it("is read by auditors as a trail, page by page", async () => {
    await accounts.auth.service.audit.flush();
    const { token: auditor } = await accounts.owner(["auditor"]);
    const page = await ask("GET /v1/auth/audit", { token: auditor, query: "?after=2&limit=3" });
    expect(page.body.items).toHaveLength(3);
    expect(page.body.next).toBe(5);
    expectProblem(
      await ask("GET /v1/auth/audit", { token: auditor, query: "?limit=1%26x" }),
      400,
      "invalid-request",
    );
    expectProblem(await ask("GET /v1/auth/audit", { token }), 403, "forbidden");
  });

  it("ends with its deletion", async () => {
    const wrong = await ask("DELETE /v1/account", { token, body: { password: "wrong" } });
    expectProblem(wrong, 400, "invalid-request");
    expect((await ask("DELETE /v1/account", { token, body: { password } })).status).toBe(204);
    expectProblem(await ask("GET /v1/auth/account", { token }), 401, "unauthenticated");
  });

  it("used every route of the contract", () => {
    const routes = ACCOUNT_ROUTES.map(({ method, path }) => `${method.toUpperCase()} /v1/auth${path}`);
    expect([...tried].toSorted()).toEqual([...routes, "DELETE /v1/account"].toSorted());
  });
});

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
    const following = followEndedSessions(accounts, accounts.api.ended, stopping.signal);
    await accounts.auth.service.sessions.end([owner.session]);
    await expect.poll(() => accounts.api.ended.has(owner.session)).toBe(true);
    const aborted = once(stopping.signal, "abort");
    stopping.abort();
    accounts.auth.service.endings.stop();
    await Promise.all([aborted, following]);
  });
});
