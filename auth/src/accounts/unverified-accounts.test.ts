import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endUnverified } from "../erasure/end-unverified.ts";
import { NEW_PASSWORD, PAGE, PASSWORD, TestPeople } from "../testing/test-people.ts";
import type { Person } from "../testing/test-people.ts";
import { SoftwareAuthenticator } from "../testing/software-authenticator.ts";
import type { Answer } from "../testing/test-service.ts";

let people: TestPeople;

beforeAll(async () => {
  people = await TestPeople.start();
});
afterAll(() => people.close());

/** What an answer shows of whether there is an account. */
function shown({ status, body, headers }: Answer): object {
  return { status, body, headers: { ...headers, date: "" } };
}

/** Resets the password through the mail box. */
async function reset(person: Person, password = NEW_PASSWORD): Promise<Answer> {
  await people.post({}, "/password/reset-request", { email: person.email });
  return people.post({}, "/password/reset", { token: await people.linkTo(person, "reset"), password });
}

describe("a registration", () => {
  test("answers the same whether the address has an account or not; the address alone is told", async () => {
    const mia = await people.newOwner();
    const nobody = people.newPerson();
    const ask = (person: Person): Promise<Answer> =>
      people.post({ address: mia.address }, "/register", { email: person.email, password: NEW_PASSWORD });
    expect(shown(await ask(mia))).toEqual(shown(await ask(nobody)));
    expect((await people.mailsTo(mia)).at(-1)?.subject).toBe("You already have an account");
    expect((await people.mailsTo(nobody)).at(-1)?.subject).toBe("Confirm your email address");
  });

  test("lets nobody find out by logging in with the password that it brought", async () => {
    const mia = await people.newOwner();
    const taken = await people.post(mia, "/register", { email: mia.email, password: NEW_PASSWORD });
    const free = await people.register(NEW_PASSWORD);
    expect(taken.status).toBe(202);
    const [known, unknown] = [await people.logIn(mia, NEW_PASSWORD), await people.logIn(free, NEW_PASSWORD)];
    expect(shown(known)).toEqual(shown(unknown));
    for (let tries = 0; tries < 10; tries++)
      for (const person of [mia, free])
        await people.logIn({ ...person, address: `192.0.2.${tries}` }, NEW_PASSWORD);
    const late = (person: Person): Promise<Answer> =>
      people.logIn({ ...person, address: "192.0.2.99" }, NEW_PASSWORD);
    expect([(await late(mia)).status, (await late(free)).status]).toEqual([429, 429]);
  });
});

describe("somebody who took another's address", () => {
  test("does not keep its reader out: a second registration or a reset gives the account to the reader", async () => {
    const mia = await people.register("purple kettle under rain");
    await people.post(mia, "/register", { email: mia.email, password: PASSWORD });
    const token = await people.linkTo(mia, "reset");
    expect((await people.post({}, "/password/reset", { token, password: PASSWORD })).status).toBe(204);
    expect((await people.logIn(mia)).status).toBe(200);
    expect((await people.logIn(mia, "purple kettle under rain")).status).toBe(401);
  });

  test("a reset through the mailbox ends second factor, sessions, tokens and devices of an earlier version", async () => {
    const mia = await people.newOwner();
    const { accounts, database, devices } = people.auth.service;
    const { id } = await people.accountOf(mia);
    const mark = await devices.remember(id, undefined);
    const { recoveryCodes } = await people.enrol(mia);
    const wish = { name: "x", scopes: ["tags:read"], expiresInDays: 9, password: PASSWORD };
    const made = await people.post(mia, "/personal-tokens", { ...wish, code: recoveryCodes[0] });
    expect(made.status).toBe(201);
    await accounts.markMailVerified(id, 0);
    expect((await reset(mia)).status).toBe(204);
    const exchange = await people.post({}, "/personal-tokens/exchange", { token: made.body.token });
    expect([exchange.status, (await people.get(mia, "/account")).status]).toEqual([401, 401]);
    expect(await devices.find(id, mark)).toBeUndefined();
    for (const table of ["totp", "recovery_code", "passkey"] as const)
      expect(await database.selectFrom(table).selectAll().where("account", "=", id).execute()).toEqual([]);
    expect((await people.logIn(mia, NEW_PASSWORD)).status).toBe(200);
  });

  test("cannot set a password that only a second factor would make good enough", async () => {
    const mia = await people.newOwner();
    await people.enrol(mia);
    await people.auth.service.accounts.markMailVerified((await people.accountOf(mia)).id, 0);
    expect((await reset(mia, "k7#mQz2p")).body.errors[0]?.limit).toBe(15);
  });
});

test("an account of before that is not verified gets no second factor, passkey or personal token", async () => {
  const mia = await people.newEarlierOwner();
  const key = new SoftwareAuthenticator(PAGE.relyingParty, PAGE.origin);
  const wish = { password: PASSWORD, name: "x", scopes: ["tags:read"], expiresInDays: 9 };
  for (const [path, body] of [
    ["/second-factors/totp", { password: PASSWORD }],
    ["/second-factors/totp/confirm", { code: "000000" }],
    ["/passkeys/options", { password: PASSWORD }],
    ["/passkeys", { name: "x", response: key.create("AAAA") }],
    ["/personal-tokens", wish],
  ] as const) {
    const { status, body: problem } = await people.post(mia, path, body);
    expect([path, status, problem.type]).toEqual([path, 403, "/v1/problems/mail-not-verified"]);
    expect(problem.detail).toContain("/v1/auth/mail/verification");
  }
  await people.post(mia, "/mail/verification", {});
  await people.post({}, "/mail/verify", { token: await people.linkTo(mia, "verify") });
  expect((await people.post(mia, "/personal-tokens", wish)).status).toBe(201);
});

test("an account that nobody verifies ends after its days, and no other", async () => {
  const { auth } = people;
  const [late, early, mia] = [
    await people.register(),
    await people.newEarlierOwner(),
    await people.newOwner(),
  ];
  auth.clock.s += 7 * 86_400 - 1;
  await endUnverified(auth.service, 7);
  expect(await people.accountOf(late)).toBeDefined();
  auth.clock.s += 2;
  const { id } = await people.accountOf(late);
  await endUnverified(auth.service, 7);
  await expect(people.accountOf(late)).rejects.toThrow("no account");
  for (const person of [early, mia]) expect(await people.accountOf(person)).toBeDefined();
  expect(await auth.service.erasures.list()).toContain(id);
  expect((await people.eventsOf(id)).at(-1)).toBe("account.unverified-ended");
});
