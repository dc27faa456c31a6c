import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NEW_PASSWORD, PASSWORD, TestPeople } from "../testing/test-people.ts";
import type { Person } from "../testing/test-people.ts";

let people: TestPeople;

beforeAll(async () => {
  people = await TestPeople.start();
});
afterAll(() => people.close());

async function isVerified(person: Person): Promise<boolean> {
  return (await people.get(person, "/account")).body.mailVerified;
}

async function verify(person: Person): Promise<void> {
  expect(
    (await people.post({}, "/mail/verify", { token: await people.linkTo(person, "verify") })).status,
  ).toBe(204);
}

async function requestReset(person: Person): Promise<string> {
  expect(
    (await people.post({ address: person.address }, "/password/reset-request", { email: person.email }))
      .status,
  ).toBe(202);
  return people.linkTo(person, "reset");
}

describe("the mail address", () => {
  test("is verified by the link that registering sends", async () => {
    const mia = await people.register();
    expect((await people.logIn(mia)).status).toBe(401);
    await verify(mia);
    const { accessToken: token } = (await people.logIn(mia)).body;
    expect(await isVerified({ ...mia, token })).toBe(true);
  });

  test("is not verified by a link that is old, of another or made up", async () => {
    const [mia, eve] = [await people.register(), await people.register()];
    const token = await people.linkTo(mia, "verify");
    const eves = await people.linkTo(eve, "verify");
    people.auth.clock.s += 500;
    for (const bad of [
      "x",
      token.slice(0, -10),
      token.slice(0, 40) + eves.slice(40),
      token.replace("_mail_", "_reset_"),
    ])
      expect((await people.post({}, "/mail/verify", { token: bad })).status).toBe(400);
    expect((await people.accountOf(mia)).isMailVerified).toBe(false);
    people.auth.clock.s += 86_400;
    expect((await people.post({}, "/mail/verify", { token })).status).toBe(400);
  });

  test("gets the link again, not too often", async () => {
    const mia = await people.newEarlierOwner();
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push((await people.post(mia, "/mail/verification", {})).status);
    expect(answers).toEqual([202, 202, 202, 429]);
    expect(await people.mailsTo(mia)).toHaveLength(3);
  });
});

describe("a forgotten password", () => {
  test("is reset by the link once, and all sessions end", async () => {
    const mia = await people.newOwner();
    const token = await requestReset(mia);
    const reset = await people.post({}, "/password/reset", { token, password: NEW_PASSWORD });
    expect(reset.status).toBe(204);
    expect(reset.headers["purrimeter-ended-sessions"]).toMatch(/^[0-9a-f]{32}$/u);
    const old = await people.auth.call({
      path: "/sessions",
      headers: { authorization: `Bearer ${mia.token}` },
    });
    expect(old.status).toBe(401);
    expect((await people.post(mia, "/login", { email: mia.email, password: PASSWORD })).status).toBe(401);
    expect((await people.post(mia, "/login", { email: mia.email, password: NEW_PASSWORD })).status).toBe(200);
    expect((await people.post({}, "/password/reset", { token, password: PASSWORD })).status).toBe(400);
  });

  test("gives the same answer when nobody has the address, and no mail", async () => {
    const mia = await people.newOwner();
    const known = await people.post({}, "/password/reset-request", { email: mia.email });
    const unknown = await people.post({}, "/password/reset-request", { email: "nobody@example.org" });
    expect(known.status).toBe(202);
    expect({ ...known, headers: { ...known.headers, date: "" } }).toEqual({
      ...unknown,
      headers: { ...unknown.headers, date: "" },
    });
    await people.auth.service.mailQueue.flush();
    expect(people.auth.mails.filter(({ to }) => (to as string) === "nobody@example.org")).toEqual([]);
  });

  test("fills nobody's mail box", async () => {
    const mia = await people.newOwner();
    for (let i = 0; i < 8; i++)
      expect((await people.post({}, "/password/reset-request", { email: mia.email })).status).toBe(202);
    expect((await people.mailsTo(mia)).filter(({ text }) => text.includes("#reset="))).toHaveLength(3);
  });

  test("is not reset by an old link, nor to a weak password", async () => {
    const mia = await people.newOwner();
    const token = await requestReset(mia);
    expect(
      (await people.post({}, "/password/reset", { token, password: "passwordpassword" })).body.errors[0]
        ?.field,
    ).toBe("password");
    people.auth.clock.s += 1_801;
    expect((await people.post({}, "/password/reset", { token, password: NEW_PASSWORD })).status).toBe(400);
  });

  test("of an account with a second factor needs that too", async () => {
    const mia = await people.newOwner();
    const { secret } = await people.enrol(mia);
    const code = (): string => people.codeOf(secret);
    const token = await requestReset(mia);
    const without = await people.post({}, "/password/reset", { token, password: NEW_PASSWORD });
    expect(without.body.type).toBe("/v1/problems/second-factor-required");
    expect(
      (await people.post({}, "/password/reset", { token, password: NEW_PASSWORD, code: "000000" })).status,
    ).toBe(401);
    expect(
      (await people.post({}, "/password/reset", { token, password: NEW_PASSWORD, code: code() })).status,
    ).toBe(204);
  });
});

describe("the owner is told", () => {
  test("of a changed password, when the address is verified", async () => {
    const [mia, eve] = [await people.newOwner(), await people.newEarlierOwner()];
    for (const person of [mia, eve])
      await people.post(person, "/password", { password: PASSWORD, newPassword: NEW_PASSWORD });
    expect((await people.mailsTo(mia)).at(-1)?.text).toContain("Your password was changed");
    expect((await people.mailsTo(eve)).map(({ subject }) => subject)).toEqual([]);
  });

  test("once of guessing at the account, as is the log", async () => {
    const mia = await people.newOwner();
    for (let i = 0; i < 13; i++)
      await people.post({ address: `203.0.113.${i}` }, "/login", {
        email: mia.email,
        password: "wrong wrong wrong",
      });
    expect(
      (await people.mailsTo(mia)).filter(({ text }) => text.includes("many failed attempts to log in")),
    ).toHaveLength(1);
    expect(people.auth.logLines.filter((line) => line.includes("security.guessing"))).toHaveLength(1);
    await people.auth.service.audit.flush();
    const events = people.auth.service.database
      .selectFrom("trail")
      .select("account")
      .where("event", "=", "account.throttled");
    expect(await events.execute()).toHaveLength(1);
  });
});
