import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AuthAnswer } from "../edge/auth-service.ts";
import { serviceProblem } from "../testing/auth-answers.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { Answer, TestApi, TestOwner } from "../testing/test-api.ts";

let api: TestApi;
let owner: TestOwner;

beforeAll(async () => {
  api = await makeTestApi();
});

beforeEach(async () => {
  api.authCalls.length = 0;
  owner = await api.owner();
  answers(200, { accessToken: owner.token, refreshToken: "r1", expiresIn: 600 });
});

afterAll(() => api.close());

const credentials = { email: "mia@example.org", password: "three grey cats on a wall" };
const OWN_PAGE = { "sec-fetch-site": "same-origin", origin: "https://localhost" };

function answers(status: number, body?: unknown): void {
  api.authAnswer = { kind: "answer", status, body, retryAfter: undefined };
}

const cookie = (access: string, refresh = "r1"): string =>
  `__Host-access=${access}; __Host-refresh=${refresh}`;

function post(name: string, headers: Record<string, string>, body: object = {}): Promise<Answer> {
  return api.ask(`/v1/auth/${name}`, { method: "POST", body, headers });
}

describe("a page of this origin", () => {
  it.each(["login", "register", "login/second-factor", "refresh"])("gets no tokens from %s", async (name) => {
    const body = {
      login: credentials,
      register: credentials,
      "login/second-factor": { challenge: "c", code: "1" },
      refresh: {},
    }[name];
    const answer = await post(name, { ...OWN_PAGE, cookie: cookie("a") }, body);
    expect(answer.body).toEqual({ expiresIn: 600 });
    const flags = "Path=/; HttpOnly; Secure; SameSite=Strict";
    expect(answer.headers.getSetCookie()).toEqual([
      `__Host-access=${owner.token}; Max-Age=600; ${flags}`,
      `__Host-refresh=r1; Max-Age=1209600; ${flags}`,
    ]);
  });

  it("reads with its cookie, also where its browser sends only Sec-Fetch-Site or only Origin", async () => {
    for (const headers of [OWN_PAGE, { "sec-fetch-site": "same-origin" }, { origin: "https://localhost" }])
      expect(
        (await api.ask("/v1/tags", { headers: { ...headers, cookie: cookie(owner.token) } })).status,
      ).toBe(200);
  });

  it("writes with its cookie, and hands on its token on the account's routes", async () => {
    const headers = { ...OWN_PAGE, cookie: cookie(owner.token) };
    const { status } = await api.ask("/v1/tags/claim", { method: "POST", body: { code: "x" }, headers });
    expect(status).toBe(400);
    answers(204);
    expect((await api.ask("/v1/auth/sessions", { method: "DELETE", headers })).status).toBe(204);
    expect(api.authCalls).toMatchObject([{ accessToken: owner.token }]);
  });

  it("loses its cookies when it logs out or its session is over", async () => {
    const gone = ["access", "refresh"].map(
      (name) => expect.stringMatching(`^__Host-${name}=; Max-Age=0; Path=/;.* Secure`) as string,
    );
    answers(204);
    const out = await post("logout", { ...OWN_PAGE, cookie: cookie("a") });
    expect([out.status, out.headers.getSetCookie()]).toEqual([204, gone]);
    expect(api.authCalls).toMatchObject([{ path: "/logout", body: { refreshToken: "r1" } }]);
    expect((await post("logout", OWN_PAGE)).status).toBe(204);
    answers(401, serviceProblem("wrong-credentials", 401));
    for (const headers of [OWN_PAGE, { ...OWN_PAGE, cookie: cookie("a", "stolen") }]) {
      const refused = await post("refresh", headers);
      expect([refused.status, refused.headers.getSetCookie()]).toEqual([401, gone]);
      expect(refused.headers.get("content-type")).toBe("application/problem+json");
      expect(refused.body.type).toBe("/v1/problems/wrong-credentials");
    }
  });
});

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
    const all = { ...headers, cookie: cookie(owner.token) };
    expect((await api.ask("/v1/tags", { headers: all })).status).toBe(401);
    const claim = { method: "POST", body: { code: "x" }, headers: all };
    expect((await api.ask("/v1/tags/claim", claim)).status).toBe(401);
    expect((await api.ask("/v1/auth/sessions", { method: "DELETE", headers: all })).status).toBe(401);
    for (const name of ["refresh", "logout"]) {
      const refused = await post(name, all);
      expect([refused.status, refused.headers.getSetCookie()]).toEqual([400, []]);
    }
    expect(api.authCalls).toEqual([]);
  });

  it.each(FOREIGN)("from %s: no cookie is set", async (_, headers) => {
    const answer = await post("login", headers, credentials);
    expect(answer.body).toMatchObject({ accessToken: owner.token, refreshToken: "r1" });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it("as a form does not get through", async () => {
    const headers = { ...OWN_PAGE, "content-type": "text/plain", cookie: cookie(owner.token) };
    expect((await api.ask("/v1/auth/logout", { method: "POST", body: "{}", headers })).status).toBe(415);
  });

  it("takes the header before the cookie", async () => {
    const headers = { ...OWN_PAGE, cookie: cookie(owner.token), authorization: "Bearer x" };
    expect((await api.ask("/v1/tags", { headers })).status).toBe(401);
  });
});

describe("two tabs that refresh", () => {
  let exchanges: string[];
  let tabs: TestApi;
  let service: (refreshToken: string) => AuthAnswer;

  beforeAll(async () => {
    tabs = await makeTestApi({
      auth: {
        call: async ({ body }) => {
          const { refreshToken } = body as { refreshToken: string };
          exchanges.push(refreshToken);
          await new Promise(setImmediate);
          return service(refreshToken);
        },
      },
    });
  });

  beforeEach(() => {
    exchanges = [];
    service = (refreshToken) => {
      const body = { accessToken: `a-${refreshToken}`, refreshToken: `${refreshToken}-next`, expiresIn: 600 };
      return { kind: "answer", status: 200, body, retryAfter: undefined };
    };
  });

  afterAll(() => tabs.close());

  const refresh = (token: string): Promise<Answer> =>
    tabs.ask("/v1/auth/refresh", {
      ...{ method: "POST", body: {}, headers: { ...OWN_PAGE, cookie: cookie("a", token) } },
    });

  it("make one exchange, at once and shortly after", async () => {
    const both = await Promise.all([refresh("r1"), refresh("r1")]);
    const late = await refresh("r1");
    for (const { status, headers } of [...both, late])
      expect([status, headers.getSetCookie()[1]?.split(";")[0]]).toEqual([200, "__Host-refresh=r1-next"]);
    expect(exchanges).toEqual(["r1"]);
    await refresh("r2");
    tabs.nowMs += 5_001;
    await refresh("r1");
    expect(exchanges).toEqual(["r1", "r2", "r1"]);
  });

  it("do not share a failure with who asks next", async () => {
    service = () => ({ kind: "unavailable" });
    expect((await Promise.all([refresh("r3"), refresh("r3")])).map(({ status }) => status)).toEqual([
      503, 503,
    ]);
    await refresh("r3");
    expect(exchanges).toEqual(["r3", "r3"]);
  });

  it("is for cookies alone: a token in a body is exchanged each time, so that reuse is noticed", async () => {
    const body = { refreshToken: "r4" };
    for (const headers of [{}, {}]) await tabs.ask("/v1/auth/refresh", { method: "POST", body, headers });
    expect(exchanges).toEqual(["r4", "r4"]);
  });
});
