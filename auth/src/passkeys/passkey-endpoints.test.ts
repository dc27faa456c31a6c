import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RELYING_PARTY, startTestService } from "../test-service.ts";
import type { Answer, TestService } from "../test-service.ts";
import { SoftwareAuthenticator } from "./software-authenticator.ts";
import type { Distortion } from "./software-authenticator.ts";

const PASSWORD = "three grey cats on a wall";
const ORIGIN = "https://web.test";
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

function newKey(): SoftwareAuthenticator {
  return new SoftwareAuthenticator(RELYING_PARTY.id, ORIGIN);
}

function post({ token, address }: Person, path: string, body: object): Promise<Answer> {
  return auth.call({ path, address, body, headers: { authorization: `Bearer ${token}` } });
}

async function begin(person: Person): Promise<string> {
  const { body } = await post(person, "/passkeys/options", { password: PASSWORD });
  return body.options.challenge;
}

async function make(person: Person, key = newKey(), distortion: Distortion = {}): Promise<Answer> {
  const response = key.create(await begin(person), distortion);
  return post(person, "/passkeys", { name: "laptop", response });
}

/** The first step of a login, and the challenge for the passkey. */
async function beginLogin({ email, address }: Person): Promise<{ challenge: string; signed: string }> {
  const login = await auth.call({ path: "/login", address, body: { email, password: PASSWORD } });
  expect(login.body.type).toBe("/v1/problems/second-factor-required");
  const { challenge } = login.body;
  const { body } = await auth.call({ path: "/login/passkey/options", address, body: { challenge } });
  return { challenge, signed: body.options.challenge };
}

function finishLogin({ address }: Person, challenge: string, response: object): Promise<Answer> {
  return auth.call({ path: "/login/passkey", address, body: { challenge, response } });
}

describe("a passkey", () => {
  test("is a second factor from then on, and opens its account", async () => {
    const [mia, key] = [await newOwner(), newKey()];
    const made = await make(mia, key);
    expect(made.status).toBe(201);
    expect(made.body.id).toBe(key.id);
    expect(made.body.recoveryCodes).toHaveLength(10);
    const { challenge, signed } = await beginLogin(mia);
    const login = await finishLogin(mia, challenge, key.get(signed));
    expect(login.status).toBe(200);
    const listed = await auth.call({
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
    expect((await make(await newOwner(), newKey(), distortion)).status).toBe(400);
  });

  test.each<[string, Distortion]>([
    ["another page", { origin: "https://web.test.evil.example" }],
    ["another service", { relyingParty: "evil.example" }],
    ["another challenge", { challenge: Buffer.alloc(32).toString("base64url") }],
    ["nobody", { userPresent: false }],
    ["a copy whose counter fell behind", { counter: 1 }],
  ])("used by %s is refused", async (_, distortion) => {
    const [mia, key] = [await newOwner(), newKey()];
    await make(mia, key);
    const { challenge, signed } = await beginLogin(mia);
    expect((await finishLogin(mia, challenge, key.get(signed, distortion))).status).toBe(401);
  });

  test("answers each challenge once", async () => {
    const [mia, key] = [await newOwner(), newKey()];
    await make(mia, key);
    const { challenge, signed } = await beginLogin(mia);
    const answer = key.get(signed);
    expect((await finishLogin(mia, challenge, answer)).status).toBe(200);
    expect((await finishLogin(mia, challenge, answer)).status).toBe(401);
    const [registered, other] = [await begin(mia), newKey()];
    await post(mia, "/passkeys", { name: "one", response: other.create(registered) });
    const again = await post(mia, "/passkeys", { name: "two", response: newKey().create(registered) });
    expect(again.status).toBe(400);
  });

  test("answers no challenge that is older than five minutes", async () => {
    const [mia, key] = [await newOwner(), newKey()];
    const challenge = await begin(mia);
    auth.clock.s += 301;
    expect((await post(mia, "/passkeys", { name: "late", response: key.create(challenge) })).status).toBe(
      400,
    );
  });

  test("of one account neither opens another nor is made there again", async () => {
    const [mia, eve, mias, eves] = [await newOwner(), await newOwner(), newKey(), newKey()];
    await make(mia, mias);
    await make(eve, eves);
    const { challenge, signed } = await beginLogin(mia);
    expect((await finishLogin(mia, challenge, eves.get(signed))).status).toBe(401);
    expect((await make(eve, mias)).status).toBe(400);
  });

  test("signed by another key is refused", async () => {
    const [mia, key, other] = [await newOwner(), newKey(), newKey()];
    await make(mia, key);
    const { challenge, signed } = await beginLogin(mia);
    const forged = { ...other.get(signed), id: key.id, rawId: key.id };
    expect((await finishLogin(mia, challenge, forged)).status).toBe(401);
  });

  test("is removed by its owner with the password; then a password is enough again", async () => {
    const [mia, eve, key] = [await newOwner(), await newOwner(), newKey()];
    await make(mia, key);
    const path = `/passkeys/${key.id}/remove`;
    expect((await post(eve, path, { password: PASSWORD })).status).toBe(404);
    expect((await post(mia, path, { password: "wrong wrong wrong" })).status).toBe(400);
    await post(mia, "/password", { password: PASSWORD, newPassword: "k7#mQz2p" });
    expect((await post(mia, path, { password: "k7#mQz2p" })).status).toBe(409);
    await post(mia, "/password", { password: "k7#mQz2p", newPassword: PASSWORD });
    expect((await post(mia, path, { password: PASSWORD })).status).toBe(204);
    const login = await auth.call({
      path: "/login",
      address: mia.address,
      body: { email: mia.email, password: PASSWORD },
    });
    expect(login.status).toBe(200);
  });

  test("gives way to a recovery code", async () => {
    const mia = await newOwner();
    const { recoveryCodes } = (await make(mia)).body;
    const { challenge } = await beginLogin(mia);
    const body = { challenge, code: recoveryCodes[0] };
    expect((await auth.call({ path: "/login/second-factor", address: mia.address, body })).status).toBe(200);
  });

  test("is one of at most ten", async () => {
    const mia = await newOwner();
    for (let i = 0; i < 10; i++) expect((await make(mia)).status).toBe(201);
    expect((await post(mia, "/passkeys/options", { password: PASSWORD })).status).toBe(409);
  });
});
