import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService } from "../test-service.ts";
import type { Answer, TestService } from "../test-service.ts";
import { STEP_S, totpCode } from "./totp.ts";

const PASSWORD = "three grey cats on a wall";
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

function post({ token, address }: Person, path: string, body: object): Promise<Answer> {
  return auth.call({ path, address, body, headers: { authorization: `Bearer ${token}` } });
}

function get({ token }: Person, path: string): Promise<Answer> {
  return auth.call({ path, headers: { authorization: `Bearer ${token}` } });
}

function logIn({ email, address }: Person, password = PASSWORD): Promise<Answer> {
  return auth.call({ path: "/login", address, body: { email, password } });
}

function finish({ address }: Person, challenge: string, code: string): Promise<Answer> {
  return auth.call({ path: "/login/second-factor", address, body: { challenge, code } });
}

function codeOf(secret: string, steps = 0): string {
  return totpCode(fromBase32(secret), Math.floor(auth.clock.s / STEP_S) + steps);
}

function fromBase32(text: string): Buffer {
  const bits = [...text]
    .map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0"))
    .join("");
  return Buffer.from((bits.match(/.{8}/gu) ?? []).map((byte) => parseInt(byte, 2)));
}

async function enrol(person: Person): Promise<{ secret: string; recoveryCodes: readonly string[] }> {
  const begun = await post(person, "/second-factors/totp", { password: PASSWORD });
  expect(begun.status).toBe(201);
  expect(begun.body.uri).toContain(`secret=${begun.body.secret}`);
  const { secret } = begun.body;
  const confirmed = await post(person, "/second-factors/totp/confirm", { code: codeOf(secret) });
  expect(confirmed.status).toBe(200);
  auth.clock.s += STEP_S;
  return { secret, recoveryCodes: confirmed.body.recoveryCodes };
}

describe("an authenticator app", () => {
  test("is asked for at every login once it is confirmed, and not before", async () => {
    const mia = await newOwner();
    const begun = await post(mia, "/second-factors/totp", { password: PASSWORD });
    expect((await logIn(mia)).status).toBe(200);
    const wrong = await post(mia, "/second-factors/totp/confirm", { code: "000000" });
    expect(wrong.status).toBe(400);
    const code = codeOf(begun.body.secret);
    expect((await post(mia, "/second-factors/totp/confirm", { code })).status).toBe(200);
    const login = await logIn(mia);
    expect(login.status).toBe(401);
    expect(login.body.type).toBe("/v1/problems/second-factor-required");
    expect(login.body.accessToken).toBeUndefined();
    expect(login.body.methods).toEqual(["totp", "recovery-code"]);
    auth.clock.s += STEP_S;
    const finished = await finish(mia, login.body.challenge, codeOf(begun.body.secret));
    expect(finished.status).toBe(200);
    expect((await get({ ...mia, token: finished.body.accessToken }, "/sessions")).status).toBe(200);
  });

  test("gives codes that work once", async () => {
    const mia = await newOwner();
    const { secret } = await enrol(mia);
    const { challenge } = (await logIn(mia)).body;
    const code = codeOf(secret);
    const both = await Promise.all([finish(mia, challenge, code), finish(mia, challenge, code)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 401]);
    expect((await finish(mia, challenge, codeOf(secret, -1))).status).toBe(401);
    expect((await finish(mia, challenge, codeOf(secret, 1))).status).toBe(200);
  });

  test("is not told from an account without one by a wrong password", async () => {
    const [mia, eve] = [await newOwner(), await newOwner()];
    await enrol(mia);
    const wrong = "wrong wrong wrong wrong";
    expect((await logIn(mia, wrong)).body).toEqual((await logIn(eve, wrong)).body);
  });

  test("needs the password to be set up and removed", async () => {
    const mia = await newOwner();
    const refused = await post(mia, "/second-factors/totp", { password: "wrong wrong wrong" });
    expect(refused.status).toBe(400);
    await enrol(mia);
    expect((await post(mia, "/second-factors/totp/remove", { password: "wrong wrong wrong" })).status).toBe(
      400,
    );
    expect((await post(mia, "/second-factors/totp", { password: PASSWORD })).status).toBe(409);
    expect((await post(mia, "/second-factors/totp/remove", { password: PASSWORD })).status).toBe(204);
    expect((await logIn(mia)).status).toBe(200);
  });

  test("of one account does not open another", async () => {
    const [mia, eve] = [await newOwner(), await newOwner()];
    const [, eves] = [await enrol(mia), await enrol(eve)];
    const { challenge } = (await logIn(mia)).body;
    expect((await finish(mia, challenge, codeOf(eves.secret))).status).toBe(401);
    expect((await finish(mia, challenge, eves.recoveryCodes[0] ?? "")).status).toBe(401);
  });

  test("cannot be guessed", async () => {
    const mia = await newOwner();
    const { secret } = await enrol(mia);
    const { challenge } = (await logIn(mia)).body;
    const tries = [];
    for (let i = 0; i < 6; i++) tries.push((await finish(mia, challenge, `00000${i}`)).status);
    expect(tries).toEqual([401, 401, 401, 401, 401, 429]);
    const throttled = await finish(mia, challenge, codeOf(secret));
    expect(throttled.status).toBe(429);
    auth.clock.ms += Number(throttled.headers["retry-after"]) * 1_000;
    expect((await finish(mia, challenge, codeOf(secret))).status).toBe(200);
  });
});

describe("a challenge", () => {
  test("lives five minutes", async () => {
    const mia = await newOwner();
    const { secret } = await enrol(mia);
    const { challenge } = (await logIn(mia)).body;
    auth.clock.s += 301;
    expect((await finish(mia, challenge, codeOf(secret))).status).toBe(401);
  });

  test("of one account, changed or made up is refused", async () => {
    const [mia, eve] = [await newOwner(), await newOwner()];
    const { secret } = await enrol(eve);
    await enrol(mia);
    const mias = (await logIn(mia)).body.challenge;
    const eves = (await logIn(eve)).body.challenge;
    const [mixed, relabelled] = [mias.slice(0, -43) + eves.slice(-43), eves.replace("login", "reset")];
    for (const challenge of [mixed, relabelled, "x", "purr_login_", eve.token.slice(0, 200)])
      expect((await finish(eve, challenge, codeOf(secret))).status).toBe(401);
    expect((await finish(eve, eves, codeOf(secret))).status).toBe(200);
  });

  test("dies with the password that it was given for", async () => {
    const mia = await newOwner();
    const { secret } = await enrol(mia);
    const { challenge } = (await logIn(mia)).body;
    await post(mia, "/password", { password: PASSWORD, newPassword: "four black cats under a tree" });
    expect((await finish(mia, challenge, codeOf(secret))).status).toBe(401);
  });
});

describe("recovery codes", () => {
  test("work once each, however they are typed", async () => {
    const mia = await newOwner();
    const { recoveryCodes } = await enrol(mia);
    expect(new Set(recoveryCodes).size).toBe(10);
    for (const code of recoveryCodes) expect(code).toMatch(/^(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}$/u);
    const [first = "", second = ""] = recoveryCodes;
    const { challenge } = (await logIn(mia)).body;
    expect((await finish(mia, challenge, first)).status).toBe(200);
    expect((await finish(mia, challenge, first)).status).toBe(401);
    expect((await finish(mia, challenge, second.toLowerCase().replaceAll("-", " "))).status).toBe(200);
    expect((await get(mia, "/second-factors")).body).toEqual({ totp: true, recoveryCodesLeft: 8 });
  });

  test("are void when new ones are made", async () => {
    const mia = await newOwner();
    const { recoveryCodes: old } = await enrol(mia);
    const made = await post(mia, "/second-factors/recovery-codes", { password: PASSWORD });
    const { challenge } = (await logIn(mia)).body;
    expect((await finish(mia, challenge, old[0] ?? "")).status).toBe(401);
    expect((await finish(mia, challenge, made.body.recoveryCodes[0] ?? "")).status).toBe(200);
  });

  test("need an authenticator app", async () => {
    const answer = await post(await newOwner(), "/second-factors/recovery-codes", { password: PASSWORD });
    expect(answer.status).toBe(409);
  });
});

describe("changing the password", () => {
  test("ends all other sessions and the old password", async () => {
    const mia = await newOwner();
    const other = await logIn(mia);
    const newPassword = "four black cats under a tree";
    const changed = await post(mia, "/password", { password: PASSWORD, newPassword });
    expect(changed.status).toBe(204);
    expect(changed.headers["purrimeter-ended-sessions"]).toMatch(/^[0-9a-f]{32}$/u);
    expect((await get({ ...mia, token: other.body.accessToken }, "/sessions")).status).toBe(401);
    expect((await get(mia, "/sessions")).status).toBe(200);
    expect((await logIn(mia)).status).toBe(401);
    expect((await logIn(mia, newPassword)).status).toBe(200);
  });

  test("needs the old one, and a good new one", async () => {
    const mia = await newOwner();
    const newPassword = "four black cats under a tree";
    expect((await post(mia, "/password", { password: "wrong wrong wrong", newPassword })).status).toBe(400);
    const short = await post(mia, "/password", { password: PASSWORD, newPassword: "k7#mQz2p" });
    expect(short.body.errors[0]).toMatchObject({ field: "password", limit: 15 });
    expect((await logIn(mia)).status).toBe(200);
  });

  test("takes eight characters beside a second factor, which then stays", async () => {
    const mia = await newOwner();
    await enrol(mia);
    const short = "k7#mQz2p";
    const seven = await post(mia, "/password", { password: PASSWORD, newPassword: "k7#mQz2" });
    expect(seven.body.errors[0]).toMatchObject({ field: "password", limit: 8 });
    expect((await post(mia, "/password", { password: PASSWORD, newPassword: short })).status).toBe(204);
    expect((await post(mia, "/second-factors/totp/remove", { password: short })).status).toBe(409);
    await post(mia, "/password", { password: short, newPassword: PASSWORD });
    expect((await post(mia, "/second-factors/totp/remove", { password: PASSWORD })).status).toBe(204);
  });
});
