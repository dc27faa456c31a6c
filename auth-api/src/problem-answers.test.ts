import { describe, expect, it } from "vitest";
import { eraseAccountRoute } from "./account.ts";
import { loginRoute, registerRoute } from "./login.ts";
import { isPassedOn, problemAnswers, SESSION_BODY_PROBLEMS } from "./problem-answers.ts";

describe("declared problems", () => {
  it("have a row for each status, which names all of its problems", () => {
    const answers = problemAnswers("invalid-request", "malformed-json", "not-found");
    expect(Object.keys(answers)).toEqual(["400", "404"]);
    expect(answers[400].description).toBe(
      "The request is not valid (invalid-request). The body is not valid JSON (malformed-json).",
    );
  });

  it("do not show in a document which problems may be passed on", () => {
    expect(Object.keys(problemAnswers("conflict")[409])).toEqual(["description", "content"]);
  });
});

describe("a problem of the authentication service is passed on", () => {
  const { responses } = loginRoute;

  it("when the route declares it, also in a copy of the route", () => {
    const copied = { ...loginRoute, responses: { ...responses } }.responses;
    for (const declared of [responses, copied]) {
      expect(isPassedOn(declared[401], "wrong-credentials")).toBe(true);
      expect(isPassedOn(declared[401], "second-factor-required")).toBe(true);
      expect(isPassedOn(declared[429], "too-many-requests")).toBe(true);
    }
    expect(isPassedOn(eraseAccountRoute.responses[401], "unauthenticated")).toBe(true);
  });

  it("and never when the route does not declare it", () => {
    expect(isPassedOn(responses[401], "unauthenticated")).toBe(false);
    expect(isPassedOn(responses[400], "wrong-credentials")).toBe(false);
    expect(isPassedOn(undefined, "conflict")).toBe(false);
    expect(isPassedOn(registerRoute.responses[202], "conflict")).toBe(false);
    for (const name of ["", "__proto__", "constructor"]) expect(isPassedOn(responses[401], name)).toBe(false);
  });

  it("and never when it is internal, although every route declares those of the API in front", () => {
    expect(isPassedOn(responses[500], "internal-error")).toBe(false);
    expect(isPassedOn(responses[421], "misdirected-request")).toBe(false);
  });
});

it("the problems of a session with a body are those of both", () => {
  expect(new Set(SESSION_BODY_PROBLEMS).size).toBe(SESSION_BODY_PROBLEMS.length);
});
