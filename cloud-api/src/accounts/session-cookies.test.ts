import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { PASSWORD, TestAccounts } from "../testing/test-accounts.ts";
import type { TestAccount } from "../testing/test-accounts.ts";
import type { Answer } from "../testing/test-api.ts";

let accounts: TestAccounts;
let owner: TestAccount;

beforeAll(async () => {
  accounts = await TestAccounts.start();
});

beforeEach(async () => {
  owner = await accounts.owner();
  accounts.calls.length = 0;
});

afterAll(async () => {
  expect(accounts.api.failures).toEqual([]);
  await accounts.close();
});

const OWN_PAGE = { "sec-fetch-site": "same-origin", origin: "https://localhost" };
const FLAGS = "Path=/; HttpOnly; Secure; SameSite=Strict";

const credentials = () => ({ email: owner.email, password: PASSWORD });

const cookie = ({ token, refreshToken } = owner): string =>
  `__Host-access=${token}; __Host-refresh=${refreshToken}`;

function post(name: string, headers: Record<string, string>, body: object = {}): Promise<Answer> {
  return accounts.api.ask(`/v1/auth/${name}`, { method: "POST", body, headers });
}

/** The tokens that an answer sets as cookies, with the flags that they must have. */
function cookiesOf({ headers }: Answer): { token: string; refreshToken: string } {
  const [access = "", refresh = ""] = headers.getSetCookie();
  const [, token = ""] = /^__Host-access=([^;]+); Max-Age=600; (.*)$/.exec(access) ?? [];
  const [, refreshToken = ""] = /^__Host-refresh=([^;]+); Max-Age=1209600; (.*)$/.exec(refresh) ?? [];
  for (const line of [access, refresh]) expect(line.endsWith(FLAGS), line).toBe(true);
  return { token, refreshToken };
}

async function expectWorking(answer: Answer): Promise<void> {
  const tokens = cookiesOf(answer);
  const headers = { ...OWN_PAGE, cookie: cookie({ ...owner, ...tokens }) };
  expect((await accounts.api.ask("/v1/tags", { headers })).status).toBe(200);
}

const GONE = ["access", "refresh"].map(
  (name) => expect.stringMatching(`^__Host-${name}=; Max-Age=0; Path=/;.* Secure`) as string,
);

describe("a page of this origin", () => {
  it.each(["login", "refresh"])("gets no tokens from %s, but cookies that work", async (name) => {
    const body = {
      login: credentials(),
      refresh: {},
    }[name];
    const answer = await post(name, { ...OWN_PAGE, cookie: cookie() }, body);
    expect(answer.body).toEqual({ expiresIn: 600 });
    await expectWorking(answer);
  });

  it("gets its cookies from the second step of a login, and none from the first", async () => {
    const secret = await enrolled();
    const first = await post("login", OWN_PAGE, credentials());
    expect([first.status, first.headers.getSetCookie()]).toEqual([401, []]);
    const { challenge } = first.body as unknown as { challenge: string };
    const answer = await post("login/second-factor", OWN_PAGE, {
      challenge,
      code: accounts.nextCode(secret),
    });
    expect(answer.body).toEqual({ expiresIn: 600 });
    await expectWorking(answer);
  });

  it("reads with its cookie, also where its browser sends only Sec-Fetch-Site or only Origin", async () => {
    for (const headers of [OWN_PAGE, { "sec-fetch-site": "same-origin" }, { origin: "https://localhost" }])
      expect((await accounts.api.ask("/v1/tags", { headers: { ...headers, cookie: cookie() } })).status).toBe(
        200,
      );
  });

  it("writes with its cookie, and hands on its token on the account's routes", async () => {
    const headers = { ...OWN_PAGE, cookie: cookie() };
    const claim = { method: "POST", body: { code: "x" }, headers };
    expect((await accounts.api.ask("/v1/tags/claim", claim)).status).toBe(400);
    expect((await accounts.api.ask("/v1/auth/sessions", { method: "DELETE", headers })).status).toBe(204);
    expect(accounts.calls.at(-1)).toMatchObject({ path: "/sessions", accessToken: owner.token });
  });

  it("loses its cookies when it logs out, and its session ends", async () => {
    const out = await post("logout", { ...OWN_PAGE, cookie: cookie() });
    expect([out.status, out.headers.getSetCookie()]).toEqual([204, GONE]);
    const headers = { ...OWN_PAGE, cookie: cookie() };
    expect((await accounts.api.ask("/v1/tags", { headers })).status).toBe(401);
    expect((await post("logout", OWN_PAGE)).status).toBe(204);
  });

  it.each([
    ["none", ""],
    ["one that is over", "purr_refresh_stolen"],
    ["one that no header can carry", "%0d%0aX-A%3a%20b"],
    ["one that is too long", "a".repeat(3_000)],
  ])("loses its cookies when it refreshes with %s", async (_, refreshToken) => {
    const cookies = refreshToken === "" ? {} : { cookie: cookie({ ...owner, refreshToken }) };
    const refused = await post("refresh", { ...OWN_PAGE, ...cookies });
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([401, GONE]);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(refused.body.type).toBe("/v1/problems/wrong-credentials");
  });

  it("may name a token in the body instead", async () => {
    const { refreshToken } = owner;
    expect((await post("refresh", OWN_PAGE, { refreshToken })).body).toEqual({ expiresIn: 600 });
  });
});

/** Gives the owner an authenticator app. */
async function enrolled(): Promise<string> {
  const ask = { method: "POST", token: owner.token };
  const begun = await accounts.api.ask("/v1/auth/second-factors/totp", {
    ...ask,
    body: { password: PASSWORD },
  });
  const { secret } = begun.body as unknown as { secret: string };
  const body = { code: accounts.nextCode(secret) };
  const confirmed = await accounts.api.ask("/v1/auth/second-factors/totp/confirm", { ...ask, body });
  expect(confirmed.status).toBe(200);
  return secret;
}

describe("forged requests", () => {
  const FOREIGN: readonly (readonly [string, Record<string, string>])[] = [
    ["another site", { "sec-fetch-site": "cross-site", origin: "https://evil.example" }],
    ["another site without Origin", { "sec-fetch-site": "cross-site" }],
    ["another port of this host", { "sec-fetch-site": "same-site", origin: "https://localhost:9999" }],
    ["another scheme of this host", { "sec-fetch-site": "cross-site", origin: "http://localhost" }],
    ["an address that was typed", { "sec-fetch-site": "none" }],
    ["a sandboxed frame", { "sec-fetch-site": "cross-site", origin: "null" }],
    ["an old browser's foreign page", { origin: "https://evil.example" }],
    ["no browser", {}],
    ["headers that differ", { "sec-fetch-site": "same-origin", origin: "https://evil.example" }],
  ];

  it.each(FOREIGN)("from %s: no cookie is taken", async (_, headers) => {
    const all = { ...headers, cookie: cookie() };
    expect((await accounts.api.ask("/v1/tags", { headers: all })).status).toBe(401);
    const claim = { method: "POST", body: { code: "x" }, headers: all };
    expect((await accounts.api.ask("/v1/tags/claim", claim)).status).toBe(401);
    expect((await accounts.api.ask("/v1/auth/sessions", { method: "DELETE", headers: all })).status).toBe(
      401,
    );
    for (const name of ["refresh", "logout"]) {
      const refused = await post(name, all);
      expect([refused.status, refused.headers.getSetCookie()]).toEqual([400, []]);
    }
    for (const call of accounts.calls) expect(call).not.toHaveProperty("pageRefreshToken");
    expect((await accounts.api.ask("/v1/tags", { token: owner.token })).status).toBe(200);
  });

  it.each(FOREIGN)("from %s: no cookie is set", async (_, headers) => {
    const answer = await post("login", headers, credentials());
    expect(Object.keys(answer.body).toSorted()).toEqual(["accessToken", "expiresIn", "refreshToken"]);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it("as a form does not get through", async () => {
    const headers = { ...OWN_PAGE, "content-type": "text/plain", cookie: cookie() };
    expect((await accounts.api.ask("/v1/auth/logout", { method: "POST", body: "{}", headers })).status).toBe(
      415,
    );
  });

  it("takes the header before the cookie", async () => {
    const headers = { ...OWN_PAGE, cookie: cookie(), authorization: "Bearer x" };
    expect((await accounts.api.ask("/v1/tags", { headers })).status).toBe(401);
  });
});

describe("two tabs that refresh", () => {
  const refresh = (refreshToken: string): Promise<Answer> =>
    post("refresh", { ...OWN_PAGE, cookie: cookie({ ...owner, refreshToken }) });

  it("get the same new token, at once and shortly after", async () => {
    const both = await Promise.all([refresh(owner.refreshToken), refresh(owner.refreshToken)]);
    const late = await refresh(owner.refreshToken);
    const got = [...both, late].map((answer) => cookiesOf(answer).refreshToken);
    expect(new Set(got).size).toBe(1);
    expect(got).not.toContain(owner.refreshToken);
    expect((await refresh(got[0] ?? "")).status).toBe(200);
  });

  it("end the session as stolen when the second one comes too late", async () => {
    await refresh(owner.refreshToken);
    accounts.auth.clock.s += 31;
    expect((await refresh(owner.refreshToken)).status).toBe(401);
    accounts.auth.clock.s -= 31;
    expect(accounts.api.ended.has(owner.session)).toBe(true);
  });

  it("do not share a failure with who asks next", async () => {
    accounts.isAway = true;
    const both = await Promise.all([refresh(owner.refreshToken), refresh(owner.refreshToken)]);
    expect(both.map(({ status }) => status)).toEqual([503, 503]);
    accounts.isAway = false;
    expect((await refresh(owner.refreshToken)).status).toBe(200);
  });

  it("are no different from clients that keep their tokens", async () => {
    const body = { refreshToken: owner.refreshToken };
    const statuses = [await post("refresh", {}, body), await post("refresh", {}, body)].map(
      ({ status }) => status,
    );
    expect(statuses).toEqual([200, 200]);
  });
});

describe("the mark of a familiar device", () => {
  const deviceOf = ({ headers }: Answer): string =>
    headers.getSetCookie().find((line) => line.startsWith("__Host-device=")) ?? "";

  it("is a cookie for a page of this origin, and stays when the session ends", async () => {
    const set = deviceOf(await post("login", OWN_PAGE, credentials()));
    expect(set).toMatch(/^__Host-device=purr_device_[\w-]{64}; Max-Age=34560000; /);
    expect(set.endsWith(FLAGS)).toBe(true);
    const [kept = ""] = set.split(";");
    const headers = { ...OWN_PAGE, cookie: kept };
    await post("login", headers, credentials());
    expect(`__Host-device=${accounts.calls.at(-1)?.deviceMark ?? ""}`).toBe(kept);
    expect(deviceOf(await post("logout", headers))).toBe("");
  });

  it("is a header for all others, whose cookie is not looked at", async () => {
    const { headers } = await post("login", {}, credentials());
    const mark = headers.get("purrimeter-device-mark") ?? "";
    expect(mark).toMatch(/^purr_device_/);
    await post("login", { "purrimeter-device-mark": mark }, credentials());
    expect(accounts.calls.at(-1)?.deviceMark).toBe(mark);
    await post("login", { cookie: `__Host-device=${mark}` }, credentials());
    expect(accounts.calls.at(-1)).not.toHaveProperty("deviceMark");
  });
});
