import { expect, it } from "vitest";
import { eraseAccountRoute } from "./account.ts";
import { ACCOUNT_ROUTES } from "./routes.ts";
import {
  endedSessionsRoute,
  endErasureRoute,
  exchangeRoute,
  healthRoute,
  keysRoute,
  listErasuresRoute,
  noticeRoute,
  recordActRoute,
} from "./internal.ts";

const PUBLIC = [...ACCOUNT_ROUTES, eraseAccountRoute];
const INTERNAL = [
  keysRoute,
  endedSessionsRoute,
  listErasuresRoute,
  endErasureRoute,
  exchangeRoute,
  healthRoute,
  noticeRoute,
  recordActRoute,
];

it("no two routes have one method and path, or one operation id", () => {
  const routes = [...PUBLIC, ...INTERNAL];
  expect(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size).toBe(routes.length);
  expect(new Set(routes.map(({ operationId }) => operationId)).size).toBe(routes.length);
});

it("every route for clients declares what the API in front may answer", () => {
  for (const { responses } of PUBLIC) expect(Object.keys(responses)).toEqual(expect.arrayContaining(EDGE));
});

const EDGE = ["421", "429", "500", "503"];

it("routes that need a session say so, and declare its problems", () => {
  const secured = PUBLIC.filter((route) => "security" in route);
  expect(secured.length).toBeGreaterThan(15);
  for (const { responses } of secured)
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(["401", "403"]));
});
