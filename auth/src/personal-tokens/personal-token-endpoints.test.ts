import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService } from "../test-service.ts";
import type { Answer, TestService } from "../test-service.ts";

const PASSWORD = "three grey cats on a wall";
const WANTED = {
  password: PASSWORD,
  name: "garden display",
  scopes: ["tags:read", "locations:read"],
  expiresInDays: 30,
};
let auth: TestService;
let people = 0;

beforeAll(async () => {
  auth = await startTestService();
});
afterAll(() => auth.close());

interface Person {
  readonly email: string;
  readonly token: string;
  readonly address: string;
}

async function newOwner(): Promise<Person> {
  people += 1;
  const [email, address] = [`owner${people}@example.org`, `198.51.100.${people}`];
  const { body } = await auth.call({ path: "/register", address, body: { email, password: PASSWORD } });
  return { email, address, token: body.accessToken };
}

function call({ token, address }: Person, method: string, path: string, body?: object): Promise<Answer> {
  return auth.call({
    method,
    path,
    address,
    headers: { authorization: `Bearer ${token}` },
    ...(body && { body }),
  });
}

function exchange({ address }: Person, token: string): Promise<Answer> {
  return auth.call({ path: "/personal-tokens/exchange", address, body: { token } });
}

describe("a personal access token", () => {
  test("gives access tokens with its scopes, and no role but owner", async () => {
    const mia = await newOwner();
    const made = await call(mia, "POST", "/personal-tokens", WANTED);
    expect(made.status).toBe(201);
    expect(made.body.token).toMatch(/^purr_pat_[\w-]{43}$/u);
    const { status, body } = await exchange(mia, made.body.token);
    expect(status).toBe(200);
    const claims = decodeJwt(body.accessToken);
    expect(claims).toMatchObject({ scope: "tags:read locations:read", sid: made.body.id, roles: ["owner"] });
    expect(claims.sub).toBe(decodeJwt(mia.token).sub);
  });

  test("does not reach the account itself", async () => {
    const mia = await newOwner();
    const made = await call(mia, "POST", "/personal-tokens", WANTED);
    const { accessToken } = (await exchange(mia, made.body.token)).body;
    for (const path of ["/sessions", "/account", "/personal-tokens", "/second-factors"])
      expect((await call({ ...mia, token: accessToken }, "GET", path)).status).toBe(403);
    expect((await call({ ...mia, token: made.body.token }, "GET", "/account")).status).toBe(401);
    const another = await call({ ...mia, token: accessToken }, "POST", "/personal-tokens", WANTED);
    expect(another.status).toBe(403);
  });

  test("is listed without its secret, with when it was used, and ended at once by its owner only", async () => {
    const [mia, eve] = [await newOwner(), await newOwner()];
    const { id, token } = (await call(mia, "POST", "/personal-tokens", WANTED)).body;
    const [unused] = (await call(mia, "GET", "/personal-tokens")).body.items;
    expect(unused).toEqual({
      ...{ id, name: "garden display", scopes: ["tags:read", "locations:read"], usedAt: null },
      ...{ createdAt: "2027-01-15T08:00:00Z", expiresAt: "2027-02-14T08:00:00Z" },
    });
    await exchange(mia, token);
    expect((await call(mia, "GET", "/personal-tokens")).body.items[0]).toMatchObject({
      usedAt: "2027-01-15T08:00:00Z",
    });
    expect((await call(eve, "GET", "/personal-tokens")).body.items).toEqual([]);
    expect((await call(eve, "DELETE", `/personal-tokens/${id}`)).status).toBe(404);
    const ended = await call(mia, "DELETE", `/personal-tokens/${id}`);
    expect(ended.status).toBe(204);
    expect(ended.headers["purrimeter-ended-sessions"]).toBe(id);
    expect((await exchange(mia, token)).status).toBe(401);
  });

  test("ends by itself, and its last access token with it", async () => {
    const mia = await newOwner();
    const { token } = (await call(mia, "POST", "/personal-tokens", { ...WANTED, expiresInDays: 1 })).body;
    auth.clock.s += 86_400 - 60;
    expect((await exchange(mia, token)).body.expiresIn).toBe(60);
    auth.clock.s += 60;
    expect((await exchange(mia, token)).status).toBe(401);
  });

  test("dies when the password is reset", async () => {
    const mia = await newOwner();
    const { token } = (await call(mia, "POST", "/personal-tokens", WANTED)).body;
    await auth.call({ path: "/password/reset-request", body: { email: mia.email } });
    await auth.service.postOffice.flush();
    const link =
      auth.mails.findLast(({ to, text }) => to === mia.email && text.includes("#reset="))?.text ?? "";
    const reset = link.split("#reset=")[1]?.split("\n")[0];
    const body = { token: reset, password: "four black cats under a tree" };
    expect((await auth.call({ path: "/password/reset", body })).status).toBe(204);
    expect((await exchange(mia, token)).status).toBe(401);
  });

  test.each([
    [{ password: "wrong wrong wrong" }, 400],
    [{ scopes: [] }, 400],
    [{ scopes: ["everything"] }, 400],
    [{ scopes: ["tags:read", "tags:read"] }, 400],
    [{ expiresInDays: 366 }, 400],
    [{ expiresInDays: 0 }, 400],
    [{ name: "" }, 400],
    [{ account: "0".repeat(32) }, 400],
  ])("is not made with %j", async (changes, status) => {
    expect((await call(await newOwner(), "POST", "/personal-tokens", { ...WANTED, ...changes })).status).toBe(
      status,
    );
  });

  test("is made up in vain", async () => {
    const mia = await newOwner();
    for (const token of ["x", "purr_pat_", `purr_pat_${"A".repeat(43)}`, mia.token.slice(0, 200)])
      expect((await exchange(mia, token)).status).toBe(401);
  });

  test("is one of at most twenty", async () => {
    const mia = await newOwner();
    const account = String(decodeJwt(mia.token).sub);
    const draft = { account, name: "n", scopes: ["tags:read"] as const, expiresAt: auth.clock.s + 60 };
    for (let i = 0; i < 20; i++) await auth.service.personalTokens.make(draft);
    expect((await call(mia, "POST", "/personal-tokens", WANTED)).status).toBe(409);
  });
});
