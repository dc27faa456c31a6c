import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { markOf, NEW_PASSWORD, PASSWORD, TestPeople, WRONG_PASSWORD } from "../testing/test-people.ts";
import type { Person } from "../testing/test-people.ts";

let people: TestPeople;
let addresses = 0;

beforeAll(async () => {
  people = await TestPeople.start();
});
afterAll(() => people.close());

/** An address that no other test has used. */
const newAddress = (): string => `203.0.${++addresses >> 8}.${addresses & 255}`;

/** Wrong passwords from everywhere, until the account is slowed. */
async function guess(person: Person): Promise<void> {
  for (let tries = 0; tries < 15; tries++)
    await people.logIn({ email: person.email, token: "", address: newAddress() }, WRONG_PASSWORD);
  expect((await people.logIn({ ...person, address: newAddress() })).status).toBe(429);
}

/** Wrong codes by who knows the password, until the account is slowed. */
async function burnCodes(person: Person): Promise<void> {
  const stranger = { ...person, address: newAddress() };
  const { challenge } = (await people.logIn(stranger)).body;
  for (let tries = 0; tries < 6; tries++) await people.finish(stranger, challenge, "000000");
  expect((await people.finish(stranger, challenge, "000000")).status).toBe(429);
}

/** The mark of the device that logged in. */
async function markFrom(person: Person): Promise<string> {
  return markOf(await people.logIn(person));
}

describe("wrong passwords of strangers", () => {
  test("do not keep an owner out who comes from a familiar device, wherever it is", async () => {
    const mia = await people.newOwner();
    const mark = await markFrom(mia);
    await guess(mia);
    expect((await people.logIn({ ...mia, address: newAddress(), mark })).status).toBe(200);
  });

  test("from the owner's own address do not either", async () => {
    const mia = await people.newOwner();
    const mark = await markFrom(mia);
    for (let tries = 0; tries < 40; tries++) await people.logIn(mia, WRONG_PASSWORD);
    expect((await people.logIn(mia)).status).toBe(429);
    expect((await people.logIn({ ...mia, mark })).status).toBe(200);
  });

  test("with a mark of another account, or a made up one, are those of strangers", async () => {
    const [mia, eve] = [await people.newOwner(), await people.newOwner()];
    const [mias, eves] = [await markFrom(mia), await markFrom(eve)];
    await guess(mia);
    for (const mark of [eves, mias.slice(0, -2), `${mias.slice(0, -4)}AAAA`, "x", ""])
      expect((await people.logIn({ ...mia, address: newAddress(), mark })).status).toBe(429);
  });

  test("with a stolen mark are slowed as well", async () => {
    const mia = await people.newOwner();
    const mark = await markFrom(mia);
    const statuses = [];
    for (let tries = 0; tries < 11; tries++)
      statuses.push((await people.logIn({ ...mia, address: newAddress(), mark }, WRONG_PASSWORD)).status);
    expect(statuses.slice(-2)).toEqual([401, 429]);
  });

  test("do not delay what the owner confirms in a live session", async () => {
    const mia = await people.newOwner();
    await guess(mia);
    const change = { password: PASSWORD, newPassword: NEW_PASSWORD };
    expect((await people.post({ ...mia, address: newAddress() }, "/password", change)).status).toBe(204);
  });

  test("leave a way in through the mail box, for one login", async () => {
    const mia = { ...(await people.newOwner()), address: newAddress() };
    await guess(mia);
    await people.post({ address: mia.address }, "/login/link-request", { email: mia.email });
    const token = await people.linkTo(mia, "login");
    const entered = await people.post({ address: mia.address }, "/login/link", { token });
    expect(entered.status).toBe(200);
    expect((await people.get({ ...mia, token: entered.body.accessToken }, "/account")).status).toBe(200);
    expect((await people.post({}, "/login/link", { token })).status).toBe(400);
    expect((await people.logIn({ ...mia, address: newAddress(), mark: markOf(entered) })).status).toBe(200);
  });
});

describe("a mark", () => {
  test("comes from verifying, logging in and the first refresh, and outlives a restart", async () => {
    const mia = await people.register();
    const verified = await people.post(mia, "/mail/verify", { token: await people.linkTo(mia, "verify") });
    const login = await people.logIn(mia);
    const { refreshToken } = login.body;
    const { devices } = people.auth.service;
    const { id } = await people.accountOf(mia);
    for (const answer of [verified, login])
      expect(await devices.find(id, markOf(answer)), answer.body.type).toBeDefined();
    expect(markOf(await people.post({}, "/refresh", { refreshToken }))).toBe("");
    await people.auth.service.database.updateTable("session").set({ is_marked: 0 }).execute();
    const refreshed = await people.post({}, "/refresh", { refreshToken });
    expect(await devices.find(id, markOf(refreshed))).toBeDefined();
  });

  test("stays the same for a client that sends it", async () => {
    const mia = await people.newOwner();
    const mark = await markFrom(mia);
    const login = await people.logIn({ ...mia, mark });
    const { refreshToken } = login.body;
    expect([markOf(login), markOf(await people.post({ mark }, "/refresh", { refreshToken }))]).toEqual([
      mark,
      mark,
    ]);
  });

  test("of a device that comes back is not pushed out by clients that drop theirs", async () => {
    const mia = await people.newOwner();
    const mark = await markFrom(mia);
    await people.logIn({ ...mia, mark });
    const dropped = await markFrom(mia);
    const { devices } = people.auth.service;
    const { id } = await people.accountOf(mia);
    for (let logins = 0; logins < 40; logins++) {
      people.auth.clock.s += 1;
      await devices.remember(id, undefined);
    }
    expect(await devices.find(id, mark)).toBeDefined();
    expect(await devices.find(id, dropped)).toBeUndefined();
    const rows = people.auth.service.database.selectFrom("familiar_device").select("hash");
    expect(await rows.where("account", "=", id).execute()).toHaveLength(32);
  });

  test("is forgotten when the password is reset, and on other devices when it is changed", async () => {
    const mia = await people.newOwner();
    const [phone, laptop] = [await markFrom(mia), await markFrom(mia)];
    const { devices } = people.auth.service;
    const { id } = await people.accountOf(mia);
    const change = { password: PASSWORD, newPassword: NEW_PASSWORD };
    await people.post({ ...mia, mark: phone }, "/password", change);
    expect(await devices.find(id, phone)).toBeDefined();
    expect(await devices.find(id, laptop)).toBeUndefined();
    await people.post({ address: mia.address }, "/password/reset-request", { email: mia.email });
    const token = await people.linkTo(mia, "reset");
    const reset = await people.post({}, "/password/reset", { token, password: PASSWORD });
    expect(await devices.find(id, phone)).toBeUndefined();
    expect(await devices.find(id, markOf(reset))).toBeDefined();
  });
});

describe("wrong codes of who knows the password", () => {
  test("do not keep the owner's recovery code out on a familiar device", async () => {
    const mia = await people.newOwner();
    const { recoveryCodes } = await people.enrol(mia);
    const { challenge } = (await people.logIn(mia)).body;
    const mark = markOf(await people.finish(mia, challenge, recoveryCodes[0] ?? ""));
    await burnCodes(mia);
    const again = { ...mia, address: newAddress(), mark };
    const begun = (await people.logIn(again)).body.challenge;
    expect((await people.finish(again, begun, recoveryCodes[1] ?? "")).status).toBe(200);
  });

  test("do not keep out who comes by a mailed link, or confirms in a live session", async () => {
    const mia = await people.newOwner();
    const { recoveryCodes } = await people.enrol(mia);
    await burnCodes(mia);
    await people.post({}, "/login/link-request", { email: mia.email });
    const link = await people.post({}, "/login/link", { token: await people.linkTo(mia, "login") });
    expect(link.body.type).toBe("/v1/problems/second-factor-required");
    expect((await people.finish(mia, link.body.challenge, recoveryCodes[0] ?? "")).status).toBe(200);
    const proof = { password: PASSWORD, code: recoveryCodes[1] };
    expect((await people.post(mia, "/second-factors/recovery-codes", proof)).status).toBe(200);
  });

  test("do not delay a reset with a code", async () => {
    const mia = await people.newOwner();
    const { recoveryCodes } = await people.enrol(mia);
    await burnCodes(mia);
    await people.post({}, "/password/reset-request", { email: mia.email });
    const reset = {
      token: await people.linkTo(mia, "reset"),
      password: NEW_PASSWORD,
      code: recoveryCodes[0],
    };
    expect((await people.post({}, "/password/reset", reset)).status).toBe(204);
  });
});
