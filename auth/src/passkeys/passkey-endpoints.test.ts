import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SoftwareAuthenticator } from "../testing/software-authenticator.ts";
import type { Distortion } from "../testing/software-authenticator.ts";
import { PAGE, PASSWORD, TestPeople, WRONG_PASSWORD } from "../testing/test-people.ts";
import type { Person } from "../testing/test-people.ts";
import type { Answer } from "../testing/test-service.ts";

let people: TestPeople;

beforeAll(async () => {
  people = await TestPeople.start();
});
afterAll(() => people.close());

function newKey(): SoftwareAuthenticator {
  return new SoftwareAuthenticator(PAGE.relyingParty, PAGE.origin);
}

/** `code`: of who has a second factor already. */
async function begin(person: Person, code?: string): Promise<string> {
  const { body } = await people.post(person, "/passkeys/options", { password: PASSWORD, code });
  return body.options.challenge;
}

async function make(
  person: Person,
  key = newKey(),
  { code, ...distortion }: Distortion & { readonly code?: string | undefined } = {},
): Promise<Answer> {
  const response = key.create(await begin(person, code), distortion);
  return people.post(person, "/passkeys", { name: "laptop", response });
}

/** The first step of a login, and the challenge for the passkey. */
async function beginLogin({ email, address }: Person): Promise<{ challenge: string; signed: string }> {
  const login = await people.auth.call({ path: "/login", address, body: { email, password: PASSWORD } });
  expect(login.body.type).toBe("/v1/problems/second-factor-required");
  const { challenge } = login.body;
  const { body } = await people.auth.call({ path: "/login/passkey/options", address, body: { challenge } });
  return { challenge, signed: body.options.challenge };
}

function finishLogin({ address }: Person, challenge: string, response: object): Promise<Answer> {
  return people.auth.call({ path: "/login/passkey", address, body: { challenge, response } });
}

describe("a passkey", () => {
  test("is a second factor from then on, and opens its account", async () => {
    const [mia, key] = [await people.newOwner(), newKey()];
    const made = await make(mia, key);
    expect(made.status).toBe(201);
    expect(made.body.id).toBe(key.id);
    expect(made.body.recoveryCodes).toHaveLength(10);
    const { challenge, signed } = await beginLogin(mia);
    const login = await finishLogin(mia, challenge, key.get(signed));
    expect(login.status).toBe(200);
    const listed = await people.auth.call({
      path: "/passkeys",
      headers: { authorization: `Bearer ${login.body.accessToken}` },
    });
    expect(listed.body.items).toMatchObject([{ id: key.id, name: "laptop", usedAt: "2027-01-15T08:00:00Z" }]);
  });

  test.each<[string, Distortion]>([
    ["another page", { origin: "https://web.test.evil.example" }],
    ["another service", { relyingParty: "evil.example" }],
    ["another challenge", { challenge: Buffer.alloc(32).toString("base64url") }],
    ["nobody", { userPresent: false }],
  ])("made for %s is refused", async (_, distortion) => {
    expect((await make(await people.newOwner(), newKey(), distortion)).status).toBe(400);
  });

  test.each<[string, Distortion]>([
    ["another page", { origin: "https://web.test.evil.example" }],
    ["another service", { relyingParty: "evil.example" }],
    ["another challenge", { challenge: Buffer.alloc(32).toString("base64url") }],
    ["nobody", { userPresent: false }],
    ["a copy whose counter fell behind", { counter: 1 }],
  ])("used by %s is refused", async (_, distortion) => {
    const [mia, key] = [await people.newOwner(), newKey()];
    await make(mia, key);
    const { challenge, signed } = await beginLogin(mia);
    expect((await finishLogin(mia, challenge, key.get(signed, distortion))).status).toBe(401);
  });

  test("answers each challenge once", async () => {
    const [mia, key] = [await people.newOwner(), newKey()];
    const [code] = (await make(mia, key)).body.recoveryCodes;
    const { challenge, signed } = await beginLogin(mia);
    const answer = key.get(signed);
    expect((await finishLogin(mia, challenge, answer)).status).toBe(200);
    expect((await finishLogin(mia, challenge, answer)).status).toBe(401);
    const [registered, other] = [await begin(mia, code), newKey()];
    await people.post(mia, "/passkeys", { name: "one", response: other.create(registered) });
    const again = await people.post(mia, "/passkeys", { name: "two", response: newKey().create(registered) });
    expect(again.status).toBe(400);
  });

  test("answers no challenge that is older than five minutes", async () => {
    const [mia, key] = [await people.newOwner(), newKey()];
    const challenge = await begin(mia);
    people.auth.clock.s += 301;
    expect(
      (await people.post(mia, "/passkeys", { name: "late", response: key.create(challenge) })).status,
    ).toBe(400);
  });

  test("of one account neither opens another nor is made there again", async () => {
    const [mia, eve, mias, eves] = [await people.newOwner(), await people.newOwner(), newKey(), newKey()];
    await make(mia, mias);
    const [code] = (await make(eve, eves)).body.recoveryCodes;
    const { challenge, signed } = await beginLogin(mia);
    expect((await finishLogin(mia, challenge, eves.get(signed))).status).toBe(401);
    expect((await make(eve, mias, { code })).status).toBe(400);
  });

  test("signed by another key is refused", async () => {
    const [mia, key, other] = [await people.newOwner(), newKey(), newKey()];
    await make(mia, key);
    const { challenge, signed } = await beginLogin(mia);
    const forged = { ...other.get(signed), id: key.id, rawId: key.id };
    expect((await finishLogin(mia, challenge, forged)).status).toBe(401);
  });

  test("is removed by its owner with the password; then a password is enough again", async () => {
    const [mia, eve, key] = [await people.newOwner(), await people.newOwner(), newKey()];
    const { recoveryCodes } = (await make(mia, key)).body;
    const path = `/passkeys/${key.id}/remove`;
    expect((await people.post(eve, path, { password: PASSWORD })).status).toBe(404);
    expect((await people.post(mia, path, { password: WRONG_PASSWORD })).status).toBe(400);
    const [toShort, , back] = recoveryCodes.slice(1);
    await people.post(mia, "/password", { password: PASSWORD, newPassword: "k7#mQz2p", code: toShort });
    expect((await people.post(mia, path, { password: "k7#mQz2p", code: recoveryCodes[0] })).status).toBe(409);
    await people.post(mia, "/password", { password: "k7#mQz2p", newPassword: PASSWORD, code: back });
    const without = await people.post(mia, path, { password: PASSWORD });
    expect([without.status, without.body.methods]).toEqual([401, ["passkey", "recovery-code"]]);
    const { challenge } = without.body;
    const { options } = (await people.post(mia, "/login/passkey/options", { challenge })).body;
    const proof = { password: PASSWORD, passkey: key.get(options.challenge) };
    expect((await people.post(mia, path, proof)).status).toBe(204);
    const login = await people.auth.call({
      path: "/login",
      address: mia.address,
      body: { email: mia.email, password: PASSWORD },
    });
    expect(login.status).toBe(200);
  });

  test("gives way to a recovery code", async () => {
    const mia = await people.newOwner();
    const { recoveryCodes } = (await make(mia)).body;
    const { challenge } = await beginLogin(mia);
    const body = { challenge, code: recoveryCodes[0] };
    expect(
      (await people.auth.call({ path: "/login/second-factor", address: mia.address, body })).status,
    ).toBe(200);
  });

  test("is one of at most ten", async () => {
    const mia = await people.newOwner();
    const first = await make(mia);
    const { recoveryCodes } = first.body;
    for (const code of recoveryCodes.slice(1)) expect((await make(mia, newKey(), { code })).status).toBe(201);
    const eleventh = { password: PASSWORD, code: recoveryCodes[0] };
    expect((await people.post(mia, "/passkeys/options", eleventh)).status).toBe(409);
  });
});
