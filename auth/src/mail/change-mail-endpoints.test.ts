import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { registerVerified } from "../testing/register-verified.ts";
import { NEW_PASSWORD, PASSWORD, TestPeople, WRONG_PASSWORD } from "../testing/test-people.ts";
import type { Person } from "../testing/test-people.ts";
import type { Answer } from "../testing/test-service.ts";

let people: TestPeople;
let mia: Person;
let id: string;
let fresh: string;
let made = 0;

beforeAll(async () => {
  people = await TestPeople.start();
});
afterAll(() => people.close());

beforeEach(async () => {
  mia = await people.newOwner();
  id = String(decodeJwt(mia.token).sub);
  fresh = `new${++made}@example.net`;
});

function ask(email = fresh, proof: object = { password: PASSWORD }): Promise<Answer> {
  return people.post(mia, "/mail/change", { email, ...proof });
}

const confirm = (token: string): Promise<Answer> => people.post({}, "/mail/change/confirm", { token });

const link = (email = fresh): Promise<string> => people.linkTo({ email }, "change");

async function mailOf(person = mia): Promise<string> {
  return (await people.get(person, "/account")).body.email;
}

describe("another mail address", () => {
  test("is the account's once the link that went there is opened, and not before; sessions go on", async () => {
    expect((await ask()).status).toBe(202);
    expect(await mailOf()).toBe(mia.email);
    expect((await people.logIn({ ...mia, email: fresh })).status).toBe(401);
    expect((await confirm(await link())).status).toBe(204);
    expect((await people.get(mia, "/account")).body).toMatchObject({ email: fresh, mailVerified: true, id });
    expect((await people.logIn(mia)).status).toBe(401);
    expect((await people.logIn({ ...mia, email: fresh })).status).toBe(200);
    expect((await confirm(await link())).status).toBe(400);
  });

  test("leaves the old one free", async () => {
    await ask();
    await confirm(await link());
    const again = await registerVerified(people.auth, { email: mia.email, password: PASSWORD });
    expect(again.status).toBe(200);
  });

  test("is the same answer whether it has an account or not, and changes nothing when it has one", async () => {
    const eve = await people.newOwner();
    const unknown = await ask(fresh);
    const known = await ask(eve.email);
    const own = await ask(mia.email);
    for (const { status, body, headers } of [known, own]) {
      expect([status, body]).toEqual([unknown.status, unknown.body]);
      expect({ ...headers, date: "" }).toEqual({ ...unknown.headers, date: "" });
    }
    expect(await link(eve.email)).toBe("");
    expect((await people.mailsTo(eve)).at(-1)?.text).toContain("already has an account");
    expect([await mailOf(), await mailOf(eve)]).toEqual([mia.email, eve.email]);
  });

  test("that got an account in between stays that account's", async () => {
    await ask();
    const eve = await people.newOwner();
    await people.post(eve, "/mail/change", { email: fresh, password: PASSWORD });
    const [mias, eves] = [await people.mailsTo({ email: fresh }), await link()];
    expect(mias).toHaveLength(2);
    expect((await confirm(eves)).status).toBe(204);
    const [first] = mias.map(({ text }) => text.split("#change=")[1]?.split("\n")[0] ?? "");
    expect((await confirm(first ?? "")).status).toBe(400);
    expect([await mailOf(), await mailOf(eve)]).toEqual([mia.email, fresh]);
  });

  test.each(["x", "a@b", "two@example.org, three@example.org", "a@b.example\r\nBcc: c@d.example"])(
    "is none: %j",
    async (email) => {
      const { status, body } = await ask(email);
      expect([status, body.errors[0]?.field]).toEqual([400, "email"]);
    },
  );
});

describe("asking for it", () => {
  test("needs the password, and the second factor where there is one", async () => {
    expect((await ask(fresh, {})).status).toBe(400);
    expect((await ask(fresh, { password: WRONG_PASSWORD })).body.errors[0]?.field).toBe("password");
    const { secret } = await people.enrol(mia);
    const without = await ask();
    expect([without.status, without.body.type]).toEqual([401, "/v1/problems/second-factor-required"]);
    expect((await ask(fresh, { password: PASSWORD, code: "000000" })).status).toBe(401);
    expect(await people.mailsTo({ email: fresh })).toEqual([]);
    expect((await ask(fresh, { password: PASSWORD, code: people.codeOf(secret) })).status).toBe(202);
    expect(await link()).not.toBe("");
  });

  test("is no way to fill a stranger's mail box", async () => {
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push((await ask()).status);
    expect(answers).toEqual([202, 202, 202, 429]);
    for (let i = 0; i < 2; i++) {
      const other = await people.newOwner();
      expect((await people.post(other, "/mail/change", { email: fresh, password: PASSWORD })).status).toBe(
        202,
      );
    }
    expect(await people.mailsTo({ email: fresh })).toHaveLength(3);
  });
});

describe("the link", () => {
  test("is void after a day, after another was asked for, and when it is made up or of another kind", async () => {
    await ask();
    const first = await link();
    await ask(`other-${fresh}`);
    const second = await link(`other-${fresh}`);
    const verification = await people.linkTo(mia, "verify");
    for (const token of [
      first,
      "x",
      second.slice(0, -5),
      verification,
      verification.replace("_mail_", "_change_"),
    ])
      expect((await confirm(token)).status).toBe(400);
    people.auth.clock.s += 86_401;
    expect((await confirm(second)).status).toBe(400);
    expect(await people.auth.service.accounts.mailOf(id)).toBe(mia.email);
  });

  test("is void when the password has changed: whoever asked may have known the old one only", async () => {
    await ask();
    await people.post(mia, "/password", { password: PASSWORD, newPassword: NEW_PASSWORD });
    expect((await confirm(await link())).status).toBe(400);
  });

  test("makes links void that went to the old address", async () => {
    mia = await people.newEarlierOwner();
    await people.post(mia, "/mail/verification", {});
    await people.post({ address: mia.address }, "/password/reset-request", { email: mia.email });
    const [reset, verification] = [await people.linkTo(mia, "reset"), await people.linkTo(mia, "verify")];
    await ask();
    await confirm(await link());
    expect((await people.post({}, "/password/reset", { token: reset, password: NEW_PASSWORD })).status).toBe(
      400,
    );
    expect((await people.post({}, "/mail/verify", { token: verification })).status).toBe(400);
  });
});

describe("the old address", () => {
  test("is told that a change was asked for, and that it happened, when it is verified", async () => {
    await ask();
    expect((await people.mailsTo(mia)).at(-1)?.text).toContain(
      "A change of the email address of your account was requested",
    );
    await confirm(await link());
    expect((await people.mailsTo(mia)).at(-1)?.text).toContain(
      "The email address of your Purrimeter account was changed",
    );
    for (const { text } of await people.mailsTo(mia)) expect(text).not.toContain(fresh);
    await people.post(mia, "/password", { password: PASSWORD, newPassword: NEW_PASSWORD });
    expect((await people.mailsTo({ email: fresh })).at(-1)?.text).toContain("Your password was changed");
  });

  test("is told nothing when nobody has shown to read it", async () => {
    mia = await people.newEarlierOwner();
    await ask();
    await confirm(await link());
    expect(await people.mailsTo(mia)).toEqual([]);
  });
});

test("a change of address is in the trail without an address", async () => {
  await ask();
  await confirm(await link());
  expect((await people.eventsOf(id)).slice(-2)).toEqual(["mail.change-requested", "mail.changed"]);
  const trail = JSON.stringify(await people.auth.service.audit.read({ after: 0, limit: 1_000 }));
  for (const text of [mia.email, fresh]) expect(trail).not.toContain(text);
});

test("the wanted address is stored sealed, and forgotten with the account", async () => {
  await ask();
  const rows = () =>
    people.auth.service.database.selectFrom("mail_change").selectAll().where("account", "=", id).execute();
  const [row] = await rows();
  expect(Buffer.from(row?.mail_sealed ?? []).toString("latin1")).not.toContain("example.net");
  await people.call(mia, "DELETE", "/account", { password: PASSWORD });
  expect(await rows()).toEqual([]);
});
