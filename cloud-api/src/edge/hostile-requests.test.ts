import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestAccounts } from "../testing/test-accounts.ts";
import type { Answer, Ask, TestApi, TestOwner } from "../testing/test-api.ts";
import { randomId } from "../testing/test-keys.ts";

interface Operation {
  readonly requestBody?: unknown;
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
}

interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
}

let accounts: TestAccounts;
let api: TestApi;
let owner: TestOwner;
let operator: TestOwner;
let operations: readonly (readonly [method: string, path: string, Operation])[];

beforeAll(async () => {
  accounts = await TestAccounts.start();
  api = accounts.api;
  owner = await accounts.owner();
  operator = await accounts.owner(["operator", "auditor", "owner"]);
  const document = JSON.parse((await api.ask("/v1/openapi.json")).text) as Document;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [method.toUpperCase(), path, operation] as const),
  );
});

afterAll(async () => {
  expect(api.failures).toEqual([]);
  await accounts.close();
});

const withBody = () => operations.filter(([, , { requestBody }]) => requestBody !== undefined);
const filled = (path: string): string => path.replaceAll(/\{\w+\}/g, "x");

/** Sends a request to every route that reads a body, as an owner who may use it. */
async function eachBody(ask: Ask, check: (answer: Answer, route: string) => void): Promise<void> {
  expect(withBody().length).toBeGreaterThan(10);
  for (const [method, path] of withBody())
    check(await api.ask(filled(path), { method, token: owner.token, ...ask }), `${method} ${path}`);
}

/** What somebody would send along to be more than they are, or to act as somebody else. */
const ASSIGNED = {
  owner: randomId(),
  ownerId: randomId(),
  sub: randomId(),
  roles: ["operator"],
  role: "operator",
  viewer: randomId(),
  ownership: 1,
  isAdmin: true,
  version: 99,
};

describe("every route with a body", () => {
  it("assigns nobody a role, an owner or a version: fields that are not described are refused", async () => {
    await eachBody({ body: ASSIGNED }, ({ status, body }, route) => {
      expect(status, route).toBe(400);
      const fields = body.errors.map(({ field }) => field);
      for (const name of Object.keys(ASSIGNED)) expect(fields, route).toContain(name);
    });
  });

  it("refuses a member that comes twice, whichever counts elsewhere", async () => {
    const text = `{"code":"a","code":"b","name":"a","name":"b","email":"a","email":"b"}`;
    await eachBody({ body: text }, ({ status, body }, route) => {
      expect([status, body.type], route).toEqual([400, "/v1/problems/malformed-json"]);
    });
  });

  it("refuses deep nesting without a deep stack", async () => {
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
    ] as const) {
      const deep = `${open.repeat(1_500)}1${close.repeat(1_500)}`;
      await eachBody({ body: deep.slice(0, 8_000) }, ({ status }, route) => {
        expect([400, 413], route).toContain(status);
      });
      await eachBody({ body: `${open.repeat(17)}1${close.repeat(17)}` }, ({ status, body }, route) => {
        expect([status, body.type], route).toEqual([400, "/v1/problems/malformed-json"]);
      });
    }
  });

  it.each([
    [200_000, (route: string) => !route.includes("/geofences")],
    [1_100_000, () => true],
  ] as const)("refuses a body of %d bytes as too large, and names the limit", async (bytes, isTooLarge) => {
    await eachBody({ body: `{"name":"${"x".repeat(bytes)}"}` }, ({ status, body, headers }, route) => {
      // A polygon of ten thousand corners is read, to be told how many it may have.
      if (!isTooLarge(route)) return expect(status, route).toBe(400);
      expect([status, body.type], route).toEqual([413, "/v1/problems/body-too-large"]);
      expect(headers.get("content-type"), route).toBe("application/problem+json");
      const isRule = route.includes("/alert-rules");
      const limit = route.includes("/geofences") ? 1_048_576 : isRule ? 16_384 : 4_096;
      expect(body.errors, route).toMatchObject([{ field: "body", limit }]);
    });
  });

  it("reads JSON alone", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
      await eachBody({ body: "{}", headers: { "content-type": type } }, ({ status }, route) => {
        expect(status, route).toBe(415);
      });
  });

  it.each(["__proto__", "\\u005f_proto__"])("lets no %s in", async (name) => {
    await eachBody({ body: `{"${name}":{"roles":["operator"]}}` }, ({ status }, route) => {
      expect(status, route).toBe(400);
    });
  });
});

describe("every route with a query", () => {
  it("refuses parameters that are not described: nobody reads as somebody else", async () => {
    const queried = operations.filter(([, , { parameters }]) =>
      parameters?.some(({ in: at }) => at === "query"),
    );
    expect(queried.length).toBeGreaterThan(5);
    for (const [method, path] of queried)
      for (const query of [`owner=${randomId()}`, "roles=operator", "tag=x", "limit[$gt]=1"]) {
        const token = operator.token;
        const { status } = await api.ask(`${filled(path)}?${query}`, { method, token });
        expect(status, `${method} ${path}?${query}`).toBe(400);
      }
  });
});

describe("ids in paths", () => {
  it.each(["%2e%2e%2fhealth", "a%2fb", "%00", "a%0d%0aX-A:%20b", "..;", "*", "%zz", "a".repeat(5_000)])(
    "%s reaches nothing",
    async (id) => {
      for (const [method, path, { requestBody }] of operations) {
        if (!/\{(id|share)\}/.test(path)) continue;
        const ask = {
          method,
          token: operator.token,
          ...(requestBody !== undefined && { body: {} }),
          headers: { "if-match": "*" },
        };
        const { status } = await api.ask(path.replaceAll(/\{\w+\}/g, id), ask);
        expect([400, 404], `${method} ${path}`).toContain(status);
      }
    },
  );

  it("decode once: an encoded id names the same thing, a doubly encoded one nothing", async () => {
    const tag = await api.claimedTag(owner);
    const ask = (id: string) => api.ask(`/v1/tags/${id}`, { token: owner.token });
    const encoded = `%${tag.charCodeAt(0).toString(16)}${tag.slice(1)}`;
    expect((await ask(encoded)).status).toBe(200);
    expect((await ask(encoded.replace("%", "%25"))).status).toBe(404);
  });
});

describe("tokens", () => {
  it("come in the header alone", async () => {
    for (const query of [`access_token=${owner.token}`, `token=${owner.token}`])
      expect((await api.ask(`/v1/shares?${query}`)).status).toBe(401);
    const body = { access_token: owner.token };
    expect((await api.ask("/v1/shares/accept", { method: "POST", body })).status).toBe(401);
  });

  it("are access tokens: a refresh token opens nothing", async () => {
    for (const token of ["a".repeat(43), `${randomId()}.1.${"b".repeat(43)}`])
      expect((await api.ask("/v1/tags", { token })).status).toBe(401);
  });

  it("give no role by a header", async () => {
    const headers = {
      "x-roles": "operator",
      "x-owner": randomId(),
      "x-original-url": "/v1/operator/tags",
      "x-http-method-override": "DELETE",
    };
    expect((await api.ask("/v1/operator/tags", { token: owner.token, headers })).status).toBe(403);
    const tag = await api.claimedTag(owner);
    await api.ask(`/v1/tags/${tag}`, { token: owner.token, headers });
    expect((await api.ask(`/v1/tags/${tag}`, { token: owner.token })).status).toBe(200);
  });
});

describe("other origins", () => {
  it("learn nothing from any route, asked or preflighted", async () => {
    for (const [method, path] of operations)
      for (const origin of ["https://evil.test", "null", "https://localhost.evil.test"]) {
        const headers = { origin, "access-control-request-method": method };
        for (const asked of ["OPTIONS", "GET"]) {
          const answer = await api.ask(filled(path), { method: asked, headers });
          const allowed = [...answer.headers.keys()].filter((name) => name.startsWith("access-control"));
          expect(allowed, `${asked} ${path} from ${origin}`).toEqual([]);
        }
      }
  });
});
