import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { markOf, PASSWORD, TestPeople, WRONG_PASSWORD, type Person } from "../testing/test-people.ts";

let people: TestPeople;

beforeAll(async () => {
  people = await TestPeople.start();
});
afterAll(() => people.close());
beforeEach(() => {
  // What the test before has raised is quiet no more, and no longer listed.
  people.auth.clock.ms += 200_000_000;
  (people.auth.raised as string[]).length = 0;
});

async function fail(person: Person, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await people.logIn(person, WRONG_PASSWORD);
}

test("guessing at one account raises an alarm, also while it is slowed, and also when there is none", async () => {
  const mia = await people.newOwner();
  for (let i = 0; i < 10; i++) await fail({ ...mia, address: `203.0.113.${i}` }, 1);
  expect(people.auth.raised).toEqual(["login-failures-of-account"]);
  const nobody = people.newPerson();
  for (let i = 0; i < 10; i++) await fail({ ...nobody, address: `203.0.113.${i}` }, 1);
  expect(people.auth.raised).toEqual(["login-failures-of-account", "login-failures-of-account"]);
});

test("one address that tries many accounts raises one, at the tenth", async () => {
  for (let i = 0; i < 9; i++) await fail({ ...people.newPerson(), address: "203.0.113.99" }, 1);
  expect(people.auth.raised).toEqual([]);
  await fail({ ...people.newPerson(), address: "203.0.113.99" }, 1);
  expect(people.auth.raised).toEqual(["logins-to-many-accounts"]);
});

test("one address that fails fifty times raises one", async () => {
  const family = await Promise.all(Array.from({ length: 7 }, () => people.newOwner()));
  for (const mia of family) await fail({ ...mia, address: "203.0.113.98" }, 7);
  expect(people.auth.raised).toEqual([]);
  await fail({ ...(family[0] as Person), address: "203.0.113.98" }, 1);
  expect(people.auth.raised).toEqual(["login-failures-of-address"]);
});

test("an owner who mistypes the password and then the code raises none", async () => {
  const mia = await people.newOwner();
  await people.enrol(mia);
  await fail(mia, 3);
  const { challenge } = (await people.logIn(mia)).body;
  for (let i = 0; i < 3; i++) expect((await people.finish(mia, challenge, "000000")).status).toBe(401);
  expect(people.auth.raised).toEqual([]);
});

test("a refresh token that is used again raises one, a lost answer does not", async () => {
  const mia = await people.newOwner();
  const { refreshToken } = (await people.logIn(mia)).body;
  const refresh = () => people.post(mia, "/refresh", { refreshToken });
  const next = await refresh();
  await refresh();
  expect(people.auth.raised).toEqual([]);
  await people.post(mia, "/refresh", { refreshToken: next.body.refreshToken });
  people.auth.clock.s += 31;
  expect((await refresh()).status).toBe(401);
  expect(people.auth.raised).toEqual(["refresh-token-reuse"]);
});

test("removing the last second factor raises one, replacing an app does not", async () => {
  const mia = await people.newOwner();
  const { secret } = await people.enrol(mia);
  const remove = { password: PASSWORD, code: people.codeOf(secret) };
  expect(people.auth.raised).toEqual([]);
  expect((await people.post(mia, "/second-factors/totp/remove", remove)).status).toBe(204);
  expect(people.auth.raised).toEqual(["second-factor-off"]);
  const { id } = await people.accountOf(mia);
  expect(await people.eventsOf(id)).toContain("second-factor.last-removed");
});

test("many accounts that are deleted at once raise one, some do not", async () => {
  const close = async () => {
    const mia = await people.newOwner();
    expect((await people.call(mia, "DELETE", "/account", { password: PASSWORD })).status).toBe(204);
  };
  for (let i = 0; i < 4; i++) await close();
  expect(people.auth.raised).toEqual([]);
  await close();
  expect(people.auth.raised).toEqual(["mass-erasure"]);
});

test("exports of many accounts in an hour raise one, and so does one account that is exported again and again", () => {
  const exported = (account: string) =>
    people.auth.service.audit.record({ event: "account.exported", account });
  for (let i = 0; i < 4; i++) exported("mia");
  for (let i = 0; i < 5; i++) exported(`owner ${i}`);
  expect(people.auth.raised).toEqual([]);
  exported("mia");
  expect(people.auth.raised).toEqual(["mass-export", "repeated-export"]);
});

test("ten new devices raise one; the owner has a message about the first ones, and none about a known one", async () => {
  const mia = await people.newOwner();
  const told = async () =>
    (await people.mailsTo(mia)).filter(({ subject }) => subject.startsWith("A new device")).length;
  expect(await told()).toBe(0);
  const first = await people.logIn(mia);
  expect(await told()).toBe(1);
  for (let i = 0; i < 5; i++) await people.logIn({ ...mia, mark: markOf(first) });
  expect(await told()).toBe(1);
  for (let i = 0; i < 9; i++) await people.logIn(mia);
  expect(people.auth.raised).toEqual(["new-devices"]);
  expect(await told()).toBe(3);
  people.auth.clock.ms += 86_400_000;
  await people.logIn(mia);
  expect(await told()).toBe(4);
});
