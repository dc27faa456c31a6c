import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NEW_PASSWORD, PASSWORD, TestPeople, type Person } from "../testing/test-people.ts";

const WANTED = { name: "garden display", scopes: ["tags:read"], expiresInDays: 30 };

let people: TestPeople;
beforeAll(async () => {
  people = await TestPeople.start();
});
afterAll(() => people.close());

const make = (person: Person, proof: object) =>
  people.call(person, "POST", "/personal-tokens", { ...WANTED, ...proof });

/** 200 while the token is good. */
async function exchanged({ address }: Person, token: string): Promise<number> {
  return (await people.post({ address }, "/personal-tokens/exchange", { token })).status;
}

describe("making a personal token", () => {
  test("asks for the second factor where there is one", async () => {
    const mia = await people.newOwner();
    const { secret } = await people.enrol(mia);
    const refused = await make(mia, { password: PASSWORD });
    expect([refused.status, refused.body.type]).toEqual([401, "/v1/problems/second-factor-required"]);
    expect((await make(mia, { password: PASSWORD, code: "000000" })).status).toBe(401);
    expect((await make(mia, { password: PASSWORD, code: people.codeOf(secret) })).status).toBe(201);
  });

  test("sends its owner a mail", async () => {
    const mia = await people.newOwner();
    await make(mia, { password: PASSWORD });
    const subjects = (await people.mailsTo(mia)).map(({ subject }) => subject);
    expect(subjects).toContain("A personal access token was created");
  });
});

describe("a changed password", () => {
  const change = async (person: Person, offers: object) => {
    const body = { password: PASSWORD, newPassword: NEW_PASSWORD, ...offers };
    const { status } = await people.call(person, "POST", "/password", body);
    expect(status).toBe(204);
  };

  test.each([
    [{}, 401, 401],
    [{ endPersonalTokens: false }, 200, 401],
    [{ endSessions: false }, 401, 200],
    [{ endSessions: false, endPersonalTokens: false }, 200, 200],
  ])("with %j: a personal token answers %d, another session %d", async (offers, token, session) => {
    const mia = await people.newOwner();
    const made = (await make(mia, { password: PASSWORD })).body.token;
    const other = (await people.logIn(mia)).body.refreshToken;
    await change(mia, offers);
    expect(await exchanged(mia, made)).toBe(token);
    expect((await people.auth.call({ path: "/refresh", body: { refreshToken: other } })).status).toBe(
      session,
    );
  });
});
