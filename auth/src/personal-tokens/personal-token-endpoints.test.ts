import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NEW_PASSWORD, PASSWORD, TestPeople, WRONG_PASSWORD } from "../testing/test-people.ts";
import type { Person } from "../testing/test-people.ts";
import type { Answer } from "../testing/test-service.ts";

const WANTED = {
  password: PASSWORD,
  name: "garden display",
  scopes: ["tags:read", "locations:read"],
  expiresInDays: 30,
};
let people: TestPeople;

beforeAll(async () => {
  people = await TestPeople.start();
});
afterAll(() => people.close());

function exchange({ address }: Person, token: string): Promise<Answer> {
  return people.post({ address }, "/personal-tokens/exchange", { token });
}

describe("a personal access token", () => {
  test("gives access tokens with its scopes, and no role but owner", async () => {
    const mia = await people.newOwner();
    const made = await people.call(mia, "POST", "/personal-tokens", WANTED);
    expect(made.status).toBe(201);
    expect(made.body.token).toMatch(/^purr_pat_[\w-]{43}$/u);
    const { status, body } = await exchange(mia, made.body.token);
    expect(status).toBe(200);
    const claims = decodeJwt(body.accessToken);
    expect(claims).toMatchObject({ scope: "tags:read locations:read", sid: made.body.id, roles: ["owner"] });
    expect(claims.sub).toBe(decodeJwt(mia.token).sub);
  });

  test("does not reach the account itself", async () => {
    const mia = await people.newOwner();
    const made = await people.call(mia, "POST", "/personal-tokens", WANTED);
    const { accessToken } = (await exchange(mia, made.body.token)).body;
    for (const path of ["/sessions", "/account", "/personal-tokens", "/second-factors"])
      expect((await people.call({ ...mia, token: accessToken }, "GET", path)).status).toBe(403);
    expect((await people.call({ ...mia, token: made.body.token }, "GET", "/account")).status).toBe(401);
    const another = await people.call({ ...mia, token: accessToken }, "POST", "/personal-tokens", WANTED);
    expect(another.status).toBe(403);
  });

  test("is listed without its secret, with when it was used, and ended at once by its owner only", async () => {
    const [mia, eve] = [await people.newOwner(), await people.newOwner()];
    const { id, token } = (await people.call(mia, "POST", "/personal-tokens", WANTED)).body;
    const [unused] = (await people.call(mia, "GET", "/personal-tokens")).body.items;
    expect(unused).toEqual({
      ...{ id, name: "garden display", scopes: ["tags:read", "locations:read"], usedAt: null },
      ...{ createdAt: "2027-01-15T08:00:00Z", expiresAt: "2027-02-14T08:00:00Z" },
    });
    await exchange(mia, token);
    expect((await people.call(mia, "GET", "/personal-tokens")).body.items[0]).toMatchObject({
      usedAt: "2027-01-15T08:00:00Z",
    });
    expect((await people.call(eve, "GET", "/personal-tokens")).body.items).toEqual([]);
    expect((await people.call(eve, "DELETE", `/personal-tokens/${id}`)).status).toBe(404);
    const ended = await people.call(mia, "DELETE", `/personal-tokens/${id}`);
    expect(ended.status).toBe(204);
    expect(ended.headers["purrimeter-ended-sessions"]).toBe(id);
    expect((await exchange(mia, token)).status).toBe(401);
  });

  test("ends by itself, and its last access token with it", async () => {
    const mia = await people.newOwner();
    const { token } = (await people.call(mia, "POST", "/personal-tokens", { ...WANTED, expiresInDays: 1 }))
      .body;
    people.auth.clock.s += 86_400 - 60;
    expect((await exchange(mia, token)).body.expiresIn).toBe(60);
    people.auth.clock.s += 60;
    expect((await exchange(mia, token)).status).toBe(401);
  });

  test("dies when the password is reset", async () => {
    const mia = await people.newOwner();
    const { token } = (await people.call(mia, "POST", "/personal-tokens", WANTED)).body;
    await people.auth.call({ path: "/password/reset-request", body: { email: mia.email } });
    const body = { token: await people.linkTo(mia, "reset"), password: NEW_PASSWORD };
    expect((await people.auth.call({ path: "/password/reset", body })).status).toBe(204);
    expect((await exchange(mia, token)).status).toBe(401);
  });

  test.each([
    [{ password: WRONG_PASSWORD }, 400],
    [{ scopes: [] }, 400],
    [{ scopes: ["everything"] }, 400],
    [{ scopes: ["tags:read", "tags:read"] }, 400],
    [{ expiresInDays: 366 }, 400],
    [{ expiresInDays: 0 }, 400],
    [{ name: "" }, 400],
    [{ account: "0".repeat(32) }, 400],
  ])("is not made with %j", async (changes, status) => {
    expect(
      (await people.call(await people.newOwner(), "POST", "/personal-tokens", { ...WANTED, ...changes }))
        .status,
    ).toBe(status);
  });

  test("is made up in vain", async () => {
    const mia = await people.newOwner();
    for (const token of ["x", "purr_pat_", `purr_pat_${"A".repeat(43)}`, mia.token.slice(0, 200)])
      expect((await exchange(mia, token)).status).toBe(401);
  });

  test("is exchanged by a busy script in vain from some time on, while its owner still logs in from there", async () => {
    const mia = await people.newOwner();
    const statuses = [];
    for (let i = 0; i < 61; i++) statuses.push((await exchange(mia, `purr_pat_${"A".repeat(43)}`)).status);
    expect(statuses.slice(-2)).toEqual([401, 429]);
    const { token } = (await people.call(mia, "POST", "/personal-tokens", WANTED)).body;
    const throttled = await exchange(mia, token);
    expect([throttled.status, throttled.headers["retry-after"]]).toEqual([429, "1"]);
    expect((await people.logIn(mia)).status).toBe(200);
    people.auth.clock.ms += 1_000;
    expect((await exchange(mia, token)).status).toBe(200);
  });

  test("is exchanged while somebody tries passwords from the same address", async () => {
    const mia = await people.newOwner();
    const { token } = (await people.call(mia, "POST", "/personal-tokens", WANTED)).body;
    const statuses = [];
    for (let i = 0; i < 31; i++) statuses.push((await people.logIn(mia, WRONG_PASSWORD)).status);
    expect(statuses.at(-1)).toBe(429);
    expect((await exchange(mia, token)).status).toBe(200);
  });

  test("is one of at most twenty", async () => {
    const mia = await people.newOwner();
    const account = String(decodeJwt(mia.token).sub);
    const draft = { account, name: "n", scopes: ["tags:read"] as const, expiresAt: people.auth.clock.s + 60 };
    for (let i = 0; i < 20; i++) await people.auth.service.personalTokens.make(draft);
    expect((await people.call(mia, "POST", "/personal-tokens", WANTED)).status).toBe(409);
  });
});
