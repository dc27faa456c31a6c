import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RateLimiter } from "@purrimeter/service/rate-limiter";
import { makeTestApi } from "./testing/test-api.ts";
import type { Ask, TestApi, TestOwner } from "./testing/test-api.ts";

let api: TestApi;
let owner: TestOwner;

beforeAll(async () => {
  api = await makeTestApi();
  owner = await api.owner();
});

afterAll(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

const geofence = (body: unknown, headers: Record<string, string> = {}): Ask => ({
  method: "POST",
  body,
  headers,
  token: owner.token,
});

describe("paths and methods", () => {
  it.each(["/", "/v1", "/v1/nothing", "/v1/auth", "/v1/auth/login/x", "/v2/tags"])(
    "%s is not found",
    async (path) => {
      const { status, headers, body } = await api.ask(path);
      expect(status).toBe(404);
      expect(headers.get("content-type")).toBe("application/problem+json");
      expect(body).toMatchObject({ type: "/v1/problems/not-found", status: 404, title: "Not found" });
    },
  );

  it.each([
    ["/v1/tags", "DELETE", "GET, HEAD"],
    ["/v1/tags/x", "POST", "DELETE, GET, HEAD, PATCH"],
    ["/v1/geofences", "PUT", "GET, HEAD, POST"],
    ["/v1/geofences/x", "PATCH", "DELETE, GET, HEAD, PUT"],
    ["/v1/tags/x/locations", "POST", "DELETE, GET, HEAD"],
    ["/v1/auth/login", "GET", "POST"],
    ["/v1/health", "OPTIONS", "GET, HEAD"],
  ])("%s has no %s", async (path, method, allow) => {
    const { status, headers, body } = await api.ask(path, { method, token: owner.token });
    expect([status, headers.get("allow")]).toEqual([405, allow]);
    expect(body).toMatchObject({ type: "/v1/problems/method-not-allowed", status: 405 });
  });

  it("explains every type of problem at the path that its type is", async () => {
    const { body } = await api.ask("/v1/nothing");
    expect((await api.ask(body.type)).body).toMatchObject({
      type: body.type,
      title: body.title,
    });
    for (const name of ["x", "__proto__", "constructor"])
      expect((await api.ask(`/v1/problems/${name}`)).status).toBe(404);
  });
});

describe("bodies", () => {
  it.each([
    ["cut JSON", '{"name":', 400, "malformed-json"],
    ["nothing", "", 400, "malformed-json"],
    [
      "NaN",
      '{"name":"a","tagIds":["a"],"shape":{"type":"Circle","center":[NaN,1],"radiusM":50}}',
      400,
      "malformed-json",
    ],
    ["a member twice", '{"name":"a","name":"b"}', 400, "malformed-json"],
    ["__proto__", '{"__proto__":{"roles":["operator"]}}', 400, "malformed-json"],
    ["deep nesting", "[".repeat(200_000) + "]".repeat(200_000), 400, "malformed-json"],
    ["an array", "[]", 400, "invalid-request"],
    ["null", "null", 400, "invalid-request"],
    ["a text", '"x"', 400, "invalid-request"],
    ["more than the limit", `{"name":"${"x".repeat(1_048_576)}"}`, 413, "body-too-large"],
  ])("%s is refused", async (_, body, status, name) => {
    const answer = await api.ask("/v1/geofences", geofence(body));
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ type: `/v1/problems/${name}`, status });
    expect(answer.body.errors.length).toBeGreaterThan(0);
  });

  it("says that JSON has no NaN", async () => {
    const { body } = await api.ask("/v1/geofences", geofence('{"radiusM": NaN}'));
    expect(body.detail).toMatch(/no NaN/);
  });

  it("never repeats what was sent", async () => {
    const { text } = await api.ask("/v1/auth/login", {
      method: "POST",
      body: '{"email":"a@b.c","password":"hunter2"',
    });
    expect(text).not.toMatch(/hunter2|a@b/);
  });

  it.each([
    [{ "content-type": "text/plain" }, "Content-Type"],
    [{ "content-type": "application/x-www-form-urlencoded" }, "Content-Type"],
    [{ "content-type": "application/geo+json" }, "Content-Type"],
    [{ "content-encoding": "gzip" }, "Content-Encoding"],
  ])("%j is no JSON that is read", async (headers, field) => {
    const { status, body } = await api.ask("/v1/geofences", geofence("{}", headers));
    expect(status).toBe(415);
    expect(body.errors[0]?.field).toBe(field);
  });

  it("lets 10,001 vertices through to be told the limit", async () => {
    const ring = Array.from({ length: 10_001 }, (_, i) => [10 + Math.cos(i) / 1000, 50 + Math.sin(i) / 1000]);
    const shape = { type: "Polygon", coordinates: [[...ring, ring[0]]] };
    const { status, body } = await api.ask("/v1/geofences", geofence({ name: "big", tagIds: ["a"], shape }));
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      {
        field: "shape.coordinates[0]",
        message: "A geofence has at most 100 vertices; this has 10001.",
        limit: 100,
      },
    ]);
  });
});

describe("queries", () => {
  it.each([
    ["/v1/tags?limit=0", "limit"],
    ["/v1/tags?limit=1001", "limit"],
    ["/v1/tags?limit=ten", "limit"],
    ["/v1/tags?limit=1&limit=2", "limit"],
    ["/v1/tags?cursor=", "cursor"],
    ["/v1/tags?owner=x", "owner"],
    ["/v1/tags?__proto__=x", "__proto__"],
    ["/v1/tags/x/locations?from=yesterday", "from"],
    ["/v1/tags/x/locations?to=2026-03-01", "to"],
    ["/v1/tags/x/locations?from=2026-03-01T12:00:00+01:00", "from"],
    ["/v1/tags/x/locations?format=kml", "format"],
    ["/v1/tags/x/locations/latest?limit=1", "limit"],
    ["/v1/tags/x/events?format=geojson", "format"],
  ])("%s names the parameter", async (path, field) => {
    const { status, body } = await api.ask(path, { token: owner.token });
    expect(status).toBe(400);
    expect(body.errors.map((error) => error.field)).toContain(field);
  });

  it("names both from and to when from is after to", async () => {
    const path = "/v1/tags/x/locations?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z";
    const { status, body } = await api.ask(path, { token: owner.token });
    expect(status).toBe(400);
    expect(body.errors.map((error) => error.field)).toEqual(["from", "to"]);
  });
});

describe("tokens", () => {
  it.each([
    [{}, "Bearer"],
    [{ authorization: "Basic YTpi" }, 'Bearer error="invalid_token"'],
    [{ authorization: "Bearer" }, 'Bearer error="invalid_token"'],
    [{ authorization: "Bearer a.b.c" }, 'Bearer error="invalid_token"'],
    [{ authorization: "Bearer a b" }, 'Bearer error="invalid_token"'],
  ])("%j is refused with a challenge", async (headers, challenge) => {
    const { status, headers: answered, body } = await api.ask("/v1/tags", { headers: headers });
    expect([status, answered.get("www-authenticate")]).toEqual([401, challenge]);
    expect(body.type).toBe("/v1/problems/unauthenticated");
  });

  it.each([[[]], [["operator"]], [["auditor", "viewer"]]])("roles %j read nothing", async (roles) => {
    const { token } = await api.owner(roles);
    for (const path of ["/v1/tags", "/v1/tags/x/locations", "/v1/geofences"])
      expect((await api.ask(path, { token })).status).toBe(403);
  });

  it("stop working the moment their session ends", async () => {
    const leaving = await api.owner();
    expect((await api.ask("/v1/tags", { token: leaving.token })).status).toBe(200);
    api.ended.add(leaving.session, 4_000_000_000);
    expect((await api.ask("/v1/tags", { token: leaving.token })).status).toBe(401);
  });
});

describe("rates", () => {
  it("hold for an owner and for an address, and say when to come back", async () => {
    const clock = { nowMs: 0 };
    const limiter = (burst: number): RateLimiter =>
      new RateLimiter({ burst, perSecond: 1 }, () => clock.nowMs);
    const limited = await makeTestApi({ ownerRates: limiter(2), addressRates: limiter(4) });
    try {
      const [a, b] = [await limited.owner(), await limited.owner()];
      const statuses: number[] = [];
      for (const { token } of [a, a, a, b, b])
        statuses.push((await limited.ask("/v1/tags", { token })).status);
      expect(statuses).toEqual([200, 200, 429, 200, 429]);
      const { headers, body } = await limited.ask("/v1/health");
      expect(headers.get("retry-after")).toBe("1");
      expect(body.type).toBe("/v1/problems/too-many-requests");
      clock.nowMs = 1_000;
      expect((await limited.ask("/v1/tags", { token: a.token })).status).toBe(200);
    } finally {
      await limited.close();
    }
  });
});

describe("CORS", () => {
  const origin = "https://map.example";

  it("is closed by default", async () => {
    const { headers } = await api.ask("/v1/health", { headers: { origin } });
    expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it("opens for the configured origin alone", async () => {
    const open = await makeTestApi({ origins: [origin] });
    try {
      const preflight = { origin, "access-control-request-method": "PUT" };
      const allowed = await open.ask("/v1/geofences/x", { method: "OPTIONS", headers: preflight });
      expect(allowed.status).toBe(204);
      expect(allowed.headers.get("access-control-allow-origin")).toBe(origin);
      expect(allowed.headers.get("access-control-allow-credentials")).toBeNull();
      const other = await open.ask("/v1/health", { headers: { origin: "https://evil.test" } });
      expect(other.headers.get("access-control-allow-origin")).toBeNull();
    } finally {
      await open.close();
    }
  });
});

describe("faults of ours", () => {
  it("say nothing of themselves", async () => {
    const broken = await makeTestApi({
      forOwner: () => {
        throw new Error("secret at 50.17");
      },
    });
    try {
      const { status, text } = await broken.ask("/v1/tags", { token: (await broken.owner()).token });
      expect(status).toBe(500);
      expect(text).not.toMatch(/secret|50\.17|stack|\.ts/);
      expect(broken.failures).toHaveLength(1);
    } finally {
      await broken.close();
    }
  });
});
