import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { STEP_S, totpCode } from "../second-factor/totp.ts";
import { startTestService } from "../test-service.ts";
import type { Answer, TestService } from "../test-service.ts";
import type { Mail } from "./mailer.ts";

const PASSWORD = "three grey cats on a wall";
const NEW_PASSWORD = "four black cats under a tree";
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

function post({ address, token }: Partial<Person>, path: string, body: object): Promise<Answer> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return auth.call({ path, body, headers, ...(address !== undefined && { address }) });
}

async function mailsTo({ email }: Person): Promise<Mail[]> {
  await auth.service.postOffice.flush();
  return auth.mails.filter(({ to }) => to === email);
}

async function tokenFor(person: Person, what: string): Promise<string> {
  const texts = (await mailsTo(person)).map(
    ({ text }) => text.split(`https://web.test/#${what}=`)[1]?.split("\n")[0],
  );
  return texts.findLast((token) => token !== undefined) ?? "";
}

async function isVerified({ token }: Person): Promise<boolean> {
  const { body } = await auth.call({ path: "/account", headers: { authorization: `Bearer ${token}` } });
  return body.mailVerified;
}

async function verify(person: Person): Promise<void> {
  expect((await post({}, "/mail/verify", { token: await tokenFor(person, "verify") })).status).toBe(204);
}

async function requestReset(person: Person): Promise<string> {
  expect(
    (await post({ address: person.address }, "/password/reset-request", { email: person.email })).status,
  ).toBe(202);
  return tokenFor(person, "reset");
}

describe("the mail address", () => {
  test("is verified by the link that registering sends", async () => {
    const mia = await newOwner();
    expect(await isVerified(mia)).toBe(false);
    await verify(mia);
    expect(await isVerified(mia)).toBe(true);
  });

  test("is not verified by a link that is old, of another or made up", async () => {
    const [mia, eve] = [await newOwner(), await newOwner()];
    const token = await tokenFor(mia, "verify");
    const eves = await tokenFor(eve, "verify");
    auth.clock.s += 500;
    for (const bad of [
      "x",
      token.slice(0, -10),
      token.slice(0, 40) + eves.slice(40),
      token.replace("_mail_", "_reset_"),
    ])
      expect((await post({}, "/mail/verify", { token: bad })).status).toBe(400);
    expect(await isVerified(mia)).toBe(false);
    auth.clock.s += 86_400;
    expect((await post({}, "/mail/verify", { token })).status).toBe(400);
  });

  test("gets the link again, not too often", async () => {
    const mia = await newOwner();
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push((await post(mia, "/mail/verification", {})).status);
    expect(answers).toEqual([202, 202, 429]);
    expect(await mailsTo(mia)).toHaveLength(3);
  });
});

describe("a forgotten password", () => {
  test("is reset by the link once, and all sessions end", async () => {
    const mia = await newOwner();
    const token = await requestReset(mia);
    const reset = await post({}, "/password/reset", { token, password: NEW_PASSWORD });
    expect(reset.status).toBe(204);
    expect(reset.headers["purrimeter-ended-sessions"]).toMatch(/^[0-9a-f]{32}$/u);
    const old = await auth.call({ path: "/sessions", headers: { authorization: `Bearer ${mia.token}` } });
    expect(old.status).toBe(401);
    expect((await post(mia, "/login", { email: mia.email, password: PASSWORD })).status).toBe(401);
    expect((await post(mia, "/login", { email: mia.email, password: NEW_PASSWORD })).status).toBe(200);
    expect((await post({}, "/password/reset", { token, password: PASSWORD })).status).toBe(400);
  });

  test("gives the same answer when nobody has the address, and no mail", async () => {
    const mia = await newOwner();
    const known = await post({}, "/password/reset-request", { email: mia.email });
    const unknown = await post({}, "/password/reset-request", { email: "nobody@example.org" });
    expect(known.status).toBe(202);
    expect({ ...known, headers: { ...known.headers, date: "" } }).toEqual({
      ...unknown,
      headers: { ...unknown.headers, date: "" },
    });
    await auth.service.postOffice.flush();
    expect(auth.mails.filter(({ to }) => (to as string) === "nobody@example.org")).toEqual([]);
  });

  test("fills nobody's mail box", async () => {
    const mia = await newOwner();
    for (let i = 0; i < 8; i++)
      expect((await post({}, "/password/reset-request", { email: mia.email })).status).toBe(202);
    expect((await mailsTo(mia)).filter(({ text }) => text.includes("#reset="))).toHaveLength(3);
  });

  test("is not reset by an old link, nor to a weak password", async () => {
    const mia = await newOwner();
    const token = await requestReset(mia);
    expect(
      (await post({}, "/password/reset", { token, password: "passwordpassword" })).body.errors[0]?.field,
    ).toBe("password");
    auth.clock.s += 1_801;
    expect((await post({}, "/password/reset", { token, password: NEW_PASSWORD })).status).toBe(400);
  });

  test("of an account with a second factor needs that too", async () => {
    const mia = await newOwner();
    const { secret } = (await post(mia, "/second-factors/totp", { password: PASSWORD })).body;
    const bits = [...secret]
      .map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0"))
      .join("");
    const key = Buffer.from((bits.match(/.{8}/gu) ?? []).map((byte) => parseInt(byte, 2)));
    const code = (): string => totpCode(key, Math.floor(auth.clock.s / STEP_S));
    await post(mia, "/second-factors/totp/confirm", { code: code() });
    auth.clock.s += STEP_S;
    const token = await requestReset(mia);
    const without = await post({}, "/password/reset", { token, password: NEW_PASSWORD });
    expect(without.body.type).toBe("/v1/problems/second-factor-required");
    expect(
      (await post({}, "/password/reset", { token, password: NEW_PASSWORD, code: "000000" })).status,
    ).toBe(401);
    expect((await post({}, "/password/reset", { token, password: NEW_PASSWORD, code: code() })).status).toBe(
      204,
    );
  });
});

describe("the owner is told", () => {
  test("of a changed password, when the address is verified", async () => {
    const [mia, eve] = [await newOwner(), await newOwner()];
    await verify(mia);
    for (const person of [mia, eve])
      await post(person, "/password", { password: PASSWORD, newPassword: NEW_PASSWORD });
    expect((await mailsTo(mia)).at(-1)?.text).toContain("Your password was changed");
    expect((await mailsTo(eve)).map(({ subject }) => subject)).toEqual(["Verify your mail address"]);
  });

  test("once of guessing at the account, as is the log", async () => {
    const mia = await newOwner();
    await verify(mia);
    for (let i = 0; i < 13; i++)
      await post({ address: `203.0.113.${i}` }, "/login", {
        email: mia.email,
        password: "wrong wrong wrong",
      });
    expect((await mailsTo(mia)).filter(({ text }) => text.includes("tried many passwords"))).toHaveLength(1);
    expect(auth.logLines.filter((line) => line.includes("security.guessing"))).toHaveLength(1);
    await auth.service.audit.flush();
    const events = auth.service.database
      .selectFrom("audit_event")
      .select("account")
      .where("event", "=", "account.throttled");
    expect(await events.execute()).toHaveLength(1);
  });
});
