import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { describe, expect, test } from "vitest";
import { allowedMethods } from "./allowed-methods.ts";
import { COMMON_PROBLEM_TYPES } from "./common-problems.ts";
import { onInvalid } from "./on-invalid.ts";
import { internalErrorAnswer, noRouteAnswer, problemAnswer } from "./problem-answer.ts";
import { PROBLEM_MEDIA_TYPE, problemsOf } from "./problem.ts";
import type { JsonBodyLimits } from "./read-json-body.ts";
import { readJsonBody } from "./read-json-body.ts";

const problems = problemsOf({
  ...COMMON_PROBLEM_TYPES,
  "cat-asleep": { status: 409, title: "The cat sleeps", description: "Try again later." },
});

const catSchema = z.strictObject({
  name: z.string().min(1).max(5),
  lives: z.int().max(9),
  toys: z.array(z.strictObject({ type: z.enum(["mouse", "ball"]) })).max(2),
  box: z.strictObject({ sides: z.array(z.array(z.number())) }).optional(),
});

const LIMITS: JsonBodyLimits = { maxBytes: 200, maxDepth: 6 };

function apiOf(limits: JsonBodyLimits): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: onInvalid });
  const route = createRoute({
    method: "post",
    path: "/cats",
    middleware: readJsonBody(limits),
    request: { body: { required: true, content: { "application/json": { schema: catSchema } } } },
    responses: { 200: { description: "A cat." } },
  });
  app.openapi(route, (context) => {
    const { name } = context.req.valid("json");
    if (name === "asle")
      throw problems.refuse("cat-asleep", "It sleeps.", undefined, { "Retry-After": "60" });
    if (name === "boom") throw new Error("coordinates 50.1, 14.4");
    return context.json({ name });
  });
  app.get("/cats/:id", (context) => context.body(null, 204));
  const methodsOf = allowedMethods(app);
  app.notFound((context) => noRouteAnswer(methodsOf(context.req.path), "There is no such path."));
  app.onError((error) => problemAnswer(error) ?? internalErrorAnswer());
  return app;
}

interface ProblemBody {
  readonly type: string;
  readonly detail: string;
  readonly errors?: unknown;
}

async function post(
  body: unknown,
  limits = LIMITS,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: ProblemBody; headers: Headers }> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await apiOf(limits).request("/cats", {
    method: "POST",
    body: text,
    headers: { "content-type": "application/json", ...headers },
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as ProblemBody };
}

const CAT = { name: "Mia", lives: 9, toys: [{ type: "ball" }] };

test("a body that fits reaches the route", async () => {
  expect(await post(CAT)).toMatchObject({ status: 200, body: { name: "Mia" } });
});

describe("fields that are refused", () => {
  test.each([
    [
      { ...CAT, name: "Marmalade" },
      { field: "name", message: "At most 5 characters.", limit: 5 },
    ],
    [
      { ...CAT, name: "" },
      { field: "name", message: "At least 1 character.", limit: 1 },
    ],
    [
      { ...CAT, name: 5 },
      { field: "name", message: "This must be a string." },
    ],
    [
      { ...CAT, lives: 9.5 },
      { field: "lives", message: "This must be an int." },
    ],
    [
      { ...CAT, lives: 10 },
      { field: "lives", message: "At most 9.", limit: 9 },
    ],
    [
      { ...CAT, lives: undefined },
      { field: "lives", message: "This field is required." },
    ],
    [
      { ...CAT, toys: [1, 2, 3].map(() => ({ type: "ball" })) },
      { field: "toys", message: "At most 2 items.", limit: 2 },
    ],
    [
      { ...CAT, toys: [{ type: "ball", ears: 2 }] },
      { field: "toys[0].ears", message: "There is no such field." },
    ],
    [
      { ...CAT, box: { sides: [[1], [1, "a"]] } },
      { field: "box.sides[1][1]", message: "This must be a number." },
    ],
    [[], { field: "body", message: "This must be an object." }],
  ])("%j", async (body, error) => {
    const answer = await post(body);
    expect(answer).toMatchObject({ status: 400, body: { type: "/v1/problems/invalid-request" } });
    expect(answer.body.errors).toEqual([error]);
    expect(answer.body.detail).toBe(`${error.field}: ${error.message}`);
  });

  test("are 20 at most, and the detail names three", async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}`, 1]));
    const { body } = await post({ ...CAT, ...many }, { maxBytes: 2_000, maxDepth: 6 });
    expect(body.errors).toHaveLength(20);
    expect(body.detail).toBe([0, 1, 2].map((i) => `f${i}: There is no such field.`).join(" "));
  });
});

describe("bodies that are refused", () => {
  test.each([
    [
      "too large",
      " ".repeat(201),
      413,
      [{ field: "body", message: "The body has more than 200 bytes.", limit: 200 }],
    ],
    [
      "too deep",
      "[".repeat(7),
      400,
      [{ field: "body", message: "The body is nested deeper than 6.", limit: 6 }],
    ],
    [
      "a member twice",
      '{"a":1,"a":2}',
      400,
      [{ field: "a", message: "A member comes twice in one object." }],
    ],
    ["nothing", "", 400, [{ field: "body", message: "The body is empty; it must be a JSON object." }]],
  ])("%s", async (_, body, status, errors) => {
    const answer = await post(body);
    expect([answer.status, answer.body.errors]).toEqual([status, errors]);
    expect(answer.headers.get("content-type")).toBe(PROBLEM_MEDIA_TYPE);
  });

  test.each([
    [{ "content-type": "text/plain" }, "Content-Type"],
    [{ "content-encoding": "gzip" }, "Content-Encoding"],
  ])("%j", async (headers, field) => {
    const answer = await post(CAT, LIMITS, headers);
    expect(answer).toMatchObject({ status: 415, body: { errors: [{ field }] } });
  });
});

describe("answers that are no success", () => {
  test("carry an API's own problems, with their headers", async () => {
    const { status, body, headers } = await post({ ...CAT, name: "asle" });
    expect(status).toBe(409);
    expect(body).toEqual({
      type: "/v1/problems/cat-asleep",
      title: "The cat sleeps",
      status: 409,
      detail: "It sleeps.",
    });
    expect(headers.get("retry-after")).toBe("60");
  });

  test("say nothing of an error of ours", async () => {
    const answer = await post({ ...CAT, name: "boom" });
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer.body)).not.toMatch(/50\.1|coordinates/);
  });

  test.each([
    ["PUT", "/cats", 405, "POST"],
    ["POST", "/cats/7", 405, "GET, HEAD"],
    ["GET", "/cats/", 404, null],
    ["GET", "/dogs", 404, null],
  ])("%s %s is %d, Allow %s", async (method, path, status, allow) => {
    const answer = await apiOf(LIMITS).request(path, { method });
    expect([answer.status, answer.headers.get("allow")]).toEqual([status, allow]);
  });
});
