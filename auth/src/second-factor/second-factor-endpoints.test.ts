import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NEW_PASSWORD, PASSWORD, TestPeople, WRONG_PASSWORD } from "../testing/test-people.ts";
import type { Answer } from "../testing/test-service.ts";
import { STEP_S } from "./totp.ts";

let people: TestPeople;

beforeAll(async () => {
  people = await TestPeople.start();
});
afterAll(() => people.close());

describe("an authenticator app", () => {
  test("is asked for at every login once it is confirmed, and not before", async () => {
    const mia = await people.newOwner();
    const begun = await people.post(mia, "/second-factors/totp", { password: PASSWORD });
    expect((await people.logIn(mia)).status).toBe(200);
    const wrong = await people.post(mia, "/second-factors/totp/confirm", { code: "000000" });
    expect(wrong.status).toBe(400);
    const code = people.codeOf(begun.body.secret);
    expect((await people.post(mia, "/second-factors/totp/confirm", { code })).status).toBe(200);
    const login = await people.logIn(mia);
    expect(login.status).toBe(401);
    expect(login.body.type).toBe("/v1/problems/second-factor-required");
    expect(login.body.accessToken).toBeUndefined();
    expect(login.body.methods).toEqual(["totp", "recovery-code"]);
    people.auth.clock.s += STEP_S;
    const finished = await people.finish(mia, login.body.challenge, people.codeOf(begun.body.secret));
    expect(finished.status).toBe(200);
    expect((await people.get({ ...mia, token: finished.body.accessToken }, "/sessions")).status).toBe(200);
  });

  test("gives codes that work once", async () => {
    const mia = await people.newOwner();
    const { secret } = await people.enrol(mia);
    const { challenge } = (await people.logIn(mia)).body;
    const code = people.codeOf(secret);
    const both = await Promise.all([
      people.finish(mia, challenge, code),
      people.finish(mia, challenge, code),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 401]);
    expect((await people.finish(mia, challenge, people.codeOf(secret, -1))).status).toBe(401);
    expect((await people.finish(mia, challenge, people.codeOf(secret, 1))).status).toBe(200);
  });

  test("is not told from an account without one by a wrong password", async () => {
    const [mia, eve] = [await people.newOwner(), await people.newOwner()];
    await people.enrol(mia);
    const wrong = WRONG_PASSWORD;
    expect((await people.logIn(mia, wrong)).body).toEqual((await people.logIn(eve, wrong)).body);
  });

  test("needs the password to be set up, and all that a login needs to be set up again or removed", async () => {
    const mia = await people.newOwner();
    const begin = (proof: object) => people.post(mia, "/second-factors/totp", proof);
    const remove = (proof: object) => people.post(mia, "/second-factors/totp/remove", proof);
    expect((await begin({ password: WRONG_PASSWORD })).status).toBe(400);
    const { secret } = await people.enrol(mia);
    for (const path of [
      "/second-factors/totp",
      "/second-factors/totp/remove",
      "/second-factors/recovery-codes",
    ]) {
      const { status, body } = await people.post(mia, path, { password: PASSWORD });
      expect([status, body.type], path).toEqual([401, "/v1/problems/second-factor-required"]);
    }
    expect((await remove({ password: WRONG_PASSWORD, code: people.codeOf(secret) })).status).toBe(400);
    expect((await remove({ password: PASSWORD, code: "000000" })).status).toBe(401);
    expect((await begin({ password: PASSWORD, code: people.codeOf(secret) })).status).toBe(409);
    expect((await remove({ password: PASSWORD, code: people.codeOf(secret) })).status).toBe(401);
    expect((await remove({ password: PASSWORD, code: people.codeOf(secret, 1) })).status).toBe(204);
    expect((await people.logIn(mia)).status).toBe(200);
  });

  test("of one account does not open another", async () => {
    const [mia, eve] = [await people.newOwner(), await people.newOwner()];
    const [, eves] = [await people.enrol(mia), await people.enrol(eve)];
    const { challenge } = (await people.logIn(mia)).body;
    expect((await people.finish(mia, challenge, people.codeOf(eves.secret))).status).toBe(401);
    expect((await people.finish(mia, challenge, eves.recoveryCodes[0] ?? "")).status).toBe(401);
  });

  test("cannot be guessed", async () => {
    const mia = await people.newOwner();
    const { secret } = await people.enrol(mia);
    const { challenge } = (await people.logIn(mia)).body;
    const tries = [];
    for (let i = 0; i < 6; i++) tries.push((await people.finish(mia, challenge, `00000${i}`)).status);
    expect(tries).toEqual([401, 401, 401, 401, 401, 429]);
    const throttled = await people.finish(mia, challenge, people.codeOf(secret));
    expect(throttled.status).toBe(429);
    people.auth.clock.ms += Number(throttled.headers["retry-after"]) * 1_000;
    expect((await people.finish(mia, challenge, people.codeOf(secret))).status).toBe(200);
  });
});

describe("a challenge", () => {
  test("lives five minutes", async () => {
    const mia = await people.newOwner();
    const { secret } = await people.enrol(mia);
    const { challenge } = (await people.logIn(mia)).body;
    people.auth.clock.s += 301;
    expect((await people.finish(mia, challenge, people.codeOf(secret))).status).toBe(401);
  });

  test("of one account, changed or made up is refused", async () => {
    const [mia, eve] = [await people.newOwner(), await people.newOwner()];
    const { secret } = await people.enrol(eve);
    await people.enrol(mia);
    const mias = (await people.logIn(mia)).body.challenge;
    const eves = (await people.logIn(eve)).body.challenge;
    const [mixed, relabelled] = [mias.slice(0, -43) + eves.slice(-43), eves.replace("login", "reset")];
    for (const challenge of [mixed, relabelled, "x", "purr_login_", eve.token.slice(0, 200)])
      expect((await people.finish(eve, challenge, people.codeOf(secret))).status).toBe(401);
    expect((await people.finish(eve, eves, people.codeOf(secret))).status).toBe(200);
  });

  test("dies with the password that it was given for", async () => {
    const mia = await people.newOwner();
    const { secret, recoveryCodes } = await people.enrol(mia);
    const { challenge } = (await people.logIn(mia)).body;
    const change = { password: PASSWORD, newPassword: NEW_PASSWORD, code: recoveryCodes[0] };
    expect((await people.post(mia, "/password", change)).status).toBe(204);
    expect((await people.finish(mia, challenge, people.codeOf(secret))).status).toBe(401);
  });
});

describe("recovery codes", () => {
  test("work once each, however they are typed", async () => {
    const mia = await people.newOwner();
    const { recoveryCodes } = await people.enrol(mia);
    expect(new Set(recoveryCodes).size).toBe(10);
    for (const code of recoveryCodes) expect(code).toMatch(/^(?:[A-Z2-7]{4}-){5}[A-Z2-7]{4}$/u);
    const [first = "", second = ""] = recoveryCodes;
    const { challenge } = (await people.logIn(mia)).body;
    expect((await people.finish(mia, challenge, first)).status).toBe(200);
    expect((await people.finish(mia, challenge, first)).status).toBe(401);
    expect((await people.finish(mia, challenge, second.toLowerCase().replaceAll("-", " "))).status).toBe(200);
    expect((await people.get(mia, "/second-factors")).body).toEqual({ totp: true, recoveryCodesLeft: 8 });
  });

  test("are void when new ones are made", async () => {
    const mia = await people.newOwner();
    const { recoveryCodes: old, secret } = await people.enrol(mia);
    const proof = { password: PASSWORD, code: people.codeOf(secret) };
    const made = await people.post(mia, "/second-factors/recovery-codes", proof);
    const { challenge } = (await people.logIn(mia)).body;
    expect((await people.finish(mia, challenge, old[0] ?? "")).status).toBe(401);
    expect((await people.finish(mia, challenge, made.body.recoveryCodes[0] ?? "")).status).toBe(200);
  });

  test("need an authenticator app", async () => {
    const answer = await people.post(await people.newOwner(), "/second-factors/recovery-codes", {
      password: PASSWORD,
    });
    expect(answer.status).toBe(409);
  });
});

describe("changing the password", () => {
  test("ends all other sessions and the old password", async () => {
    const mia = await people.newOwner();
    const other = await people.logIn(mia);
    const newPassword = NEW_PASSWORD;
    const changed = await people.post(mia, "/password", { password: PASSWORD, newPassword });
    expect(changed.status).toBe(204);
    expect(changed.headers["purrimeter-ended-sessions"]).toMatch(/^[0-9a-f]{32}$/u);
    expect((await people.get({ ...mia, token: other.body.accessToken }, "/sessions")).status).toBe(401);
    expect((await people.get(mia, "/sessions")).status).toBe(200);
    expect((await people.logIn(mia)).status).toBe(401);
    expect((await people.logIn(mia, newPassword)).status).toBe(200);
  });

  test("needs the old one, and a good new one", async () => {
    const mia = await people.newOwner();
    const newPassword = NEW_PASSWORD;
    expect((await people.post(mia, "/password", { password: WRONG_PASSWORD, newPassword })).status).toBe(400);
    const short = await people.post(mia, "/password", { password: PASSWORD, newPassword: "k7#mQz2p" });
    expect(short.body.errors[0]).toMatchObject({ field: "password", limit: 15 });
    expect((await people.logIn(mia)).status).toBe(200);
  });

  test("takes eight characters beside a second factor, which then stays", async () => {
    const mia = await people.newOwner();
    const { secret, recoveryCodes } = await people.enrol(mia);
    const change = (password: string, newPassword: string, code = "0"): Promise<Answer> =>
      people.post(mia, "/password", { password, newPassword, code });
    const remove = (password: string, step: number) =>
      people.post(mia, "/second-factors/totp/remove", { password, code: people.codeOf(secret, step) });
    const short = "k7#mQz2p";
    const seven = await people.post(mia, "/password", { password: PASSWORD, newPassword: "k7#mQz2" });
    expect(seven.body.errors[0]).toMatchObject({ field: "password", limit: 8 });
    expect((await change(PASSWORD, short)).status).toBe(401);
    expect((await change(PASSWORD, short, recoveryCodes[0])).status).toBe(204);
    expect((await remove(short, 0)).status).toBe(409);
    await change(short, PASSWORD, recoveryCodes[1]);
    expect((await remove(PASSWORD, 1)).status).toBe(204);
  });
});
