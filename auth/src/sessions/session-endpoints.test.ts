import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { registerVerified } from "../testing/register-verified.ts";
import { startTestService } from "../testing/test-service.ts";
import type { Answer, TestService } from "../testing/test-service.ts";

const PASSWORD = "three grey cats on a wall";
let auth: TestService;
let people = 0;

beforeAll(async () => {
  auth = await startTestService();
});
afterAll(() => auth.close());

async function newOwner(): Promise<{ email: string; token: string; refreshToken: string }> {
  const email = `owner${people++}@example.org`;
  const address = `198.51.100.${people}`;
  const device = "kitchen tablet";
  const { body } = await registerVerified(auth, { email, password: PASSWORD, device, address });
  return { email, token: body.accessToken, refreshToken: body.refreshToken };
}

async function enter(
  path: string,
  email: string,
  device?: string,
): Promise<{ token: string; refreshToken: string }> {
  const address = `198.51.100.${people}`;
  const { body } = await auth.call({ path, address, body: { email, password: PASSWORD, device } });
  return { token: body.accessToken, refreshToken: body.refreshToken };
}

function call(method: string, path: string, token: string): Promise<Answer> {
  return auth.call({ method, path, headers: { authorization: `Bearer ${token}` } });
}

describe("sessions", () => {
  test("are listed for their owner only, with the name of the device", async () => {
    const [mia, eve] = [await newOwner(), await newOwner()];
    auth.clock.s += 60;
    await enter("/login", mia.email);
    const { status, body } = await call("GET", "/sessions", mia.token);
    expect(status).toBe(200);
    expect(body.items).toMatchObject([
      { device: "", current: false },
      { device: "kitchen tablet", current: true, createdAt: "2027-01-15T08:00:00Z" },
    ]);
    expect((await call("GET", "/sessions", eve.token)).body.items).toHaveLength(1);
  });

  test("end at once for access token, refresh token and cloud-api", async () => {
    const owner = await newOwner();
    const other = await enter("/login", owner.email);
    const [session] = (await call("GET", "/sessions", other.token)).body.items.filter(
      (item) => !item.current,
    );
    const ended = await call("DELETE", `/sessions/${session?.id}`, other.token);
    expect(ended.status).toBe(204);
    expect(ended.headers["purrimeter-ended-sessions"]).toBe(session?.id);
    expect((await call("GET", "/sessions", owner.token)).status).toBe(401);
    const refreshed = await auth.call({ path: "/refresh", body: { refreshToken: owner.refreshToken } });
    expect(refreshed.status).toBe(401);
    expect((await call("GET", "/sessions", other.token)).body.items).toHaveLength(1);
  });

  test("of somebody else are not there", async () => {
    const [mia, eve] = [await newOwner(), await newOwner()];
    const [session] = (await call("GET", "/sessions", mia.token)).body.items;
    const foreign = await call("DELETE", `/sessions/${session?.id}`, eve.token);
    const missing = await call("DELETE", `/sessions/${"0".repeat(32)}`, eve.token);
    expect(foreign.status).toBe(404);
    expect(foreign.body).toEqual(missing.body);
    expect((await call("GET", "/sessions", mia.token)).status).toBe(200);
  });

  test("all others end with one request", async () => {
    const owner = await newOwner();
    const others = [await enter("/login", owner.email), await enter("/login", owner.email)];
    const ended = await call("DELETE", "/sessions", owner.token);
    expect(ended.headers["purrimeter-ended-sessions"]).toMatch(/^[0-9a-f]{32},[0-9a-f]{32}$/u);
    for (const { token } of others) expect((await call("GET", "/sessions", token)).status).toBe(401);
    expect((await call("GET", "/sessions", owner.token)).status).toBe(200);
  });

  test.each(["x", "ended%2f", "0".repeat(31), `${"0".repeat(32)}/x`])("are not named %s", async (id) => {
    const owner = await newOwner();
    expect((await call("DELETE", `/sessions/${id}`, owner.token)).status).toBeGreaterThanOrEqual(400);
  });

  test.each(["", "Bearer", "Bearer x", "Basic eDp5", "Bearer a.b.c"])(
    "stay closed to %j",
    async (authorization) => {
      const answer = await auth.call({ path: "/sessions", headers: { authorization } });
      expect(answer.status).toBe(401);
      expect(answer.headers["www-authenticate"]).toBe("Bearer");
    },
  );
});
