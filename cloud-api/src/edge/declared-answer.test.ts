import { endSessionRoute, listSessionsRoute } from "@purrimeter/auth-api/sessions";
import { loginRoute } from "@purrimeter/auth-api/login";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { authAnswer, problemBody } from "../testing/auth-answer.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { TestApi } from "../testing/test-api.ts";
import type { AuthAnswer } from "./auth-service.ts";
import { declaredAnswer } from "./declared-answer.ts";

const tokens = { accessToken: "a", refreshToken: "r", expiresIn: 600 };

describe("an answer of the authentication service", () => {
  it.each([
    [loginRoute, authAnswer(200, tokens)],
    [loginRoute, authAnswer(401, problemBody("wrong-credentials", 401))],
    [loginRoute, authAnswer(401, problemBody("second-factor-required", 401, { challenge: "c" }))],
    [loginRoute, authAnswer(429, problemBody("too-many-requests", 429), "7")],
    [loginRoute, authAnswer(503, problemBody("unavailable", 503), "2")],
    [endSessionRoute, authAnswer(204)],
    [endSessionRoute, authAnswer(404, problemBody("not-found", 404))],
  ])("that the route declares is taken as it is: %#", (route, answer) => {
    expect(declaredAnswer(route, answer)).toBe(answer);
  });

  it.each<[string, object, AuthAnswer]>([
    ["another success", loginRoute, authAnswer(201, tokens)],
    ["no body where there must be one", loginRoute, authAnswer(200)],
    ["a body where there must be none", endSessionRoute, authAnswer(204, {})],
    ["a redirect", loginRoute, authAnswer(302)],
    ["an undeclared status", loginRoute, authAnswer(404, problemBody("not-found", 404))],
    ["an undeclared conflict", loginRoute, authAnswer(409, problemBody("conflict", 409))],
    ["a problem of another route", loginRoute, authAnswer(401, problemBody("unauthenticated", 401))],
    ["an internal problem", loginRoute, authAnswer(500, problemBody("internal-error", 500))],
    ["a problem of the API in front", loginRoute, authAnswer(421, problemBody("misdirected-request", 421))],
    ["a problem of another type", loginRoute, authAnswer(401, { type: "about:blank" })],
    ["no problem", loginRoute, authAnswer(401, tokens)],
    ["no JSON", listSessionsRoute, { ...authAnswer(200, {}), mediaType: "text/html" } as AuthAnswer],
    [
      "a problem as JSON",
      loginRoute,
      {
        ...authAnswer(401, problemBody("wrong-credentials", 401)),
        mediaType: "application/json",
      } as AuthAnswer,
    ],
  ])("with %s is a fault of ours", (_, route, answer) => {
    expect(() => declaredAnswer(route as typeof loginRoute, answer)).toThrow(
      /the authentication service answered/,
    );
  });

  it("that tells what it was in the log, without its words", () => {
    const answer = authAnswer(404, problemBody("not-found", 404, { detail: "mia@example.org" }));
    expect(() => declaredAnswer(loginRoute, answer)).toThrow(
      new Error("the authentication service answered 404 application/problem+json not-found to post /login"),
    );
  });
});

describe("the API", () => {
  let api: TestApi;
  let answer: AuthAnswer;

  beforeAll(async () => {
    api = await makeTestApi({ auth: { call: () => Promise.resolve(answer) } });
  });
  beforeEach(() => {
    api.failures.length = 0;
  });
  afterAll(() => api.close());

  const logIn = () => api.ask("/v1/auth/login", { method: "POST", body: {} });

  it("answers an internal error, and logs it, for what no client may see", async () => {
    answer = authAnswer(500, problemBody("internal-error", 500, { detail: "SQLITE_FULL" }));
    const { status, text } = await logIn();
    expect([status, JSON.parse(text)]).toMatchObject([500, { type: "/v1/problems/internal-error" }]);
    expect(text).not.toContain("SQLITE_FULL");
    expect(api.failures).toHaveLength(1);
  });

  it("passes bytes, Retry-After and the challenge on, and no other header", async () => {
    answer = {
      ...authAnswer(401, problemBody("wrong-credentials", 401)),
      text: '{"type": "x"}',
    } as AuthAnswer;
    const refused = await logIn();
    expect([refused.status, refused.text]).toEqual([401, '{"type": "x"}']);
    expect(refused.headers.get("www-authenticate")).toBe("Bearer");
    answer = authAnswer(503, problemBody("unavailable", 503), "2");
    expect((await logIn()).headers.get("retry-after")).toBe("2");
    expect(api.failures).toEqual([]);
  });
});
