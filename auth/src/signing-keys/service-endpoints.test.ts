import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { registerVerified } from "../testing/register-verified.ts";
import { startTestService } from "../testing/test-service.ts";
import type { Answer, TestService } from "../testing/test-service.ts";

const PASSWORD = "three grey cats on a wall";
let auth: TestService;

beforeAll(async () => {
  auth = await startTestService();
});
afterAll(() => auth.close());

function register(name: string): Promise<Answer> {
  return registerVerified(auth, { email: `${name}@example.org`, password: PASSWORD });
}

function logout(answer: Answer): Promise<Answer> {
  return auth.call({ path: "/logout", body: { refreshToken: answer.body.refreshToken } });
}

function sidOf(answer: Answer): string {
  const [, payload = ""] = answer.body.accessToken.split(".");
  return (JSON.parse(Buffer.from(payload, "base64url").toString()) as { sid: string }).sid;
}

describe("keys", () => {
  test("are public ones only, and may be kept for a while", async () => {
    const { headers, body } = await auth.call({ path: "/.well-known/jwks.json" });
    expect(headers["cache-control"]).toBe("max-age=300");
    expect(body.keys).toHaveLength(1);
    expect(Object.keys(body.keys[0] ?? {}).toSorted()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
  });
});

describe("the list of ended sessions", () => {
  test("wakes who waits as soon as a session ends", async () => {
    const owner = await register("waiting");
    const { body: before } = await auth.call({ path: "/sessions/ended" });
    const waiting = auth.call({ path: `/sessions/ended?after=${before.next}&waitS=30` });
    await logout(owner);
    const { body } = await waiting;
    expect(body.items).toEqual([{ sid: sidOf(owner), until: auth.clock.s + 660 }]);
    expect(body.next).toBeGreaterThan(before.next);
  });

  test("answers at once without waitS, from the cursor on", async () => {
    const { body: before } = await auth.call({ path: "/sessions/ended" });
    const empty = await auth.call({ path: `/sessions/ended?after=${before.next}` });
    expect(empty.body).toEqual({ items: [], next: before.next, reset: false });
  });

  test("forgets a session when its tokens have expired, and keeps counting", async () => {
    await logout(await register("forgotten"));
    const { body: before } = await auth.call({ path: "/sessions/ended" });
    auth.clock.s += 661;
    expect((await auth.call({ path: "/sessions/ended" })).body.items).toEqual([]);
    await logout(await register("later"));
    const { body } = await auth.call({ path: `/sessions/ended?after=${before.next}` });
    expect(body.items).toHaveLength(1);
  });

  test("says so when the cursor is from another database", async () => {
    const { body } = await auth.call({ path: "/sessions/ended?after=123456" });
    expect(body).toEqual({ items: [], next: 0, reset: true });
  });

  test.each(["after=-1", "after=x", "waitS=31", "waitS=1.5", "other=1"])("refuses ?%s", async (query) => {
    expect((await auth.call({ path: `/sessions/ended?${query}` })).status).toBe(400);
  });
});

describe("every answer", () => {
  test("carries the security headers", async () => {
    for (const path of ["/health", "/nowhere", "/openapi.json"]) {
      const { headers } = await auth.call({ path });
      expect(headers["cache-control"]).toBe("no-store");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
      expect(headers["strict-transport-security"]).toMatch(/^max-age=\d+; includeSubDomains$/u);
      expect(headers["x-powered-by"]).toBeUndefined();
    }
  });

  test("to an unknown path or method is a problem", async () => {
    expect((await auth.call({ path: "/nowhere" })).body.type).toBe("/v1/problems/not-found");
    const other = await auth.call({ path: "/login", method: "GET" });
    expect(other.status).toBe(405);
    expect(other.headers["allow"]).toBe("POST");
    // No other spelling of a path reaches what the path names: a proxy in front may filter by it.
    expect((await auth.call({ path: "/%2e%2e/login%2f", body: {} })).status).toBe(400);
  });
});

describe("the OpenAPI document", () => {
  test("is 3.1 and describes the endpoints", async () => {
    const { body } = await auth.call({ path: "/openapi.json" });
    expect(body.openapi).toBe("3.1.0");
    const described = Object.keys(body.paths);
    expect(described.toSorted()).toEqual(
      expect.arrayContaining(["/login", "/sessions", "/sessions/{id}", "/.well-known/jwks.json"]),
    );
    expect(JSON.stringify(body.paths["/login"])).toContain('"#/components/schemas/Credentials"');
    expect(body.components.schemas["Credentials"]?.additionalProperties).toBe(false);
  });
});

describe("the log", () => {
  test("names no person, no address, no token and no password", async () => {
    const owner = await register("logged.person");
    await auth.call({
      path: "/login",
      address: "203.0.113.99",
      body: { email: "logged.person@example.org", password: "wrong wrong wrong" },
    });
    await logout(owner);
    const text = auth.logLines.join("");
    expect(text).toContain('"route":"/login"');
    for (const secret of [
      "logged",
      "example.org",
      PASSWORD,
      "wrong wrong",
      "203.0.113",
      owner.body.refreshToken,
      owner.body.accessToken,
      String(owner.headers["purrimeter-device-mark"]),
      sidOf(owner),
    ])
      expect(text).not.toContain(secret);
  });
});
