import { heldRows } from "@purrimeter/database/table-entry";
import { decodeJwt } from "jose";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ACCESS_TOKEN_LIFETIME_S } from "@purrimeter/auth-api/access-tokens";
import { registerVerified } from "../testing/register-verified.ts";
import { ACCOUNT_TABLES } from "../accounts/account-tables.ts";
import { SoftwareAuthenticator } from "../testing/software-authenticator.ts";
import { PAGE, PASSWORD, TestPeople, WRONG_PASSWORD } from "../testing/test-people.ts";
import type { Person } from "../testing/test-people.ts";
import type { Answer } from "../testing/test-service.ts";

let people: TestPeople;
let mia: Person;
let id: string;

beforeAll(async () => {
  people = await TestPeople.start();
});
afterAll(() => people.close());

beforeEach(async () => {
  mia = await people.newOwner();
  id = String(decodeJwt(mia.token).sub);
});

function erase(proof: object = { password: PASSWORD }, person = mia): Promise<Answer> {
  return people.call(person, "DELETE", "/account", proof);
}

async function listed(): Promise<readonly unknown[]> {
  return (await people.get({}, "/erasures")).body.items;
}

/** Tables that still have a row of the account, as the registry finds them. */
async function tablesWith(account: string): Promise<readonly string[]> {
  const { database } = people.auth.service;
  const found: string[] = [];
  for (const entry of ACCOUNT_TABLES) {
    const where = heldRows(entry, "account")?.replace("@account", `'${account}'`);
    if (where === undefined) continue;
    const rows = sql<object>`SELECT 1 FROM ${sql.table(entry.table)} WHERE ${sql.raw(where)}`;
    if ((await rows.execute(database)).rows.length > 0) found.push(entry.table);
  }
  return found;
}

/** Ids of the account's sessions and personal tokens. */
async function sessionsOf(account: string): Promise<readonly string[]> {
  const { sessions, personalTokens } = people.auth.service;
  return [...(await sessions.list(account)), ...(await personalTokens.list(account))].map((one) => one.id);
}

/** Gives the account one of everything. */
async function furnish(): Promise<{ readonly secret: string; readonly personal: string }> {
  const { secret, recoveryCodes } = await people.enrol(mia);
  const key = new SoftwareAuthenticator(PAGE.relyingParty, PAGE.origin);
  const proof = { password: PASSWORD, code: recoveryCodes[0] };
  const { challenge } = (await people.post(mia, "/passkeys/options", proof)).body.options;
  await people.post(mia, "/passkeys", { name: "laptop", response: key.create(challenge) });
  const wish = { ...proof, code: recoveryCodes[2], name: "script", scopes: ["tags:read"], expiresInDays: 1 };
  const { token } = (await people.post(mia, "/personal-tokens", wish)).body;
  await people.post(mia, "/mail/change", {
    email: "mia@elsewhere.example",
    ...proof,
    code: recoveryCodes[1],
  });
  return { secret, personal: token };
}

describe("erasing an account", () => {
  test("leaves nothing but its id on the list for cloud-api, and ends every token at once", async () => {
    const { secret, personal } = await furnish();
    const { refreshToken } = (
      await people.finish(mia, (await people.logIn(mia)).body.challenge, people.codeOf(secret))
    ).body;
    const held = ACCOUNT_TABLES.filter((entry) => heldRows(entry, "account") !== undefined);
    expect(await tablesWith(id)).toEqual(held.map(({ table }) => table));
    const sids = await sessionsOf(id);
    expect(sids.length).toBeGreaterThan(2);
    const answer = await erase({ password: PASSWORD, code: people.codeOf(secret, 1) });
    expect(answer.status).toBe(204);
    expect(await tablesWith(id)).toEqual([]);
    const ended = String(answer.headers["purrimeter-ended-sessions"]).split(",");
    expect(ended).toHaveLength(sids.length);
    expect(new Set(ended)).toEqual(new Set(sids));
    const feed = (await people.get({}, "/sessions/ended")).body.items.map(({ sid }) => sid);
    expect(feed).toEqual(expect.arrayContaining(ended));
    expect((await people.get(mia, "/account")).status).toBe(401);
    expect((await people.post({}, "/refresh", { refreshToken })).status).toBe(401);
    expect((await people.post({}, "/personal-tokens/exchange", { token: personal })).status).toBe(401);
    expect((await people.logIn(mia)).body.type).toBe("/v1/problems/wrong-credentials");
    expect(await listed()).toContain(id);
  });

  test("makes its links void, and its mail address free", async () => {
    mia = await people.newEarlierOwner();
    id = (await people.accountOf(mia)).id;
    await people.post(mia, "/mail/verification", {});
    const verify = await people.linkTo(mia, "verify");
    await people.post({ address: mia.address }, "/password/reset-request", { email: mia.email });
    const reset = await people.linkTo(mia, "reset");
    await erase();
    expect((await people.post({}, "/mail/verify", { token: verify })).status).toBe(400);
    const password = "four black cats under a tree";
    expect((await people.post({}, "/password/reset", { token: reset, password })).status).toBe(400);
    const again = await registerVerified(people.auth, { email: mia.email, password: PASSWORD });
    expect(again.status).toBe(200);
    expect(decodeJwt(again.body.accessToken).sub).not.toBe(id);
  });

  test("needs the password", async () => {
    expect((await erase({})).status).toBe(400);
    const wrong = await erase({ password: WRONG_PASSWORD });
    expect([wrong.status, wrong.body.errors[0]?.field]).toEqual([400, "password"]);
    expect((await people.get(mia, "/account")).status).toBe(200);
    expect(await listed()).not.toContain(id);
  });

  test("needs the second factor as well, where there is one", async () => {
    const { secret } = await people.enrol(mia);
    const without = await erase();
    expect([without.status, without.body.type]).toEqual([401, "/v1/problems/second-factor-required"]);
    expect(without.body.methods).toEqual(["totp", "recovery-code"]);
    expect((await erase({ password: PASSWORD, code: "000000" })).status).toBe(401);
    expect((await erase({ password: WRONG_PASSWORD, code: people.codeOf(secret) })).status).toBe(400);
    expect((await people.get(mia, "/account")).status).toBe(200);
    expect((await erase({ password: PASSWORD, code: people.codeOf(secret) })).status).toBe(204);
  });

  test("takes a passkey for the second factor", async () => {
    const key = new SoftwareAuthenticator(PAGE.relyingParty, PAGE.origin);
    const { challenge } = (await people.post(mia, "/passkeys/options", { password: PASSWORD })).body.options;
    await people.post(mia, "/passkeys", { name: "laptop", response: key.create(challenge) });
    const begun = (await erase()).body;
    expect(begun.methods).toContain("passkey");
    const { options } = (await people.post({}, "/login/passkey/options", { challenge: begun.challenge }))
      .body;
    const other = new SoftwareAuthenticator(PAGE.relyingParty, PAGE.origin);
    const forged = { ...other.get(options.challenge), id: key.id, rawId: key.id };
    expect((await erase({ password: PASSWORD, passkey: forged })).status).toBe(401);
    const again = (await people.post({}, "/login/passkey/options", { challenge: begun.challenge })).body
      .options;
    const passkey = key.get(again.challenge);
    expect((await erase({ password: PASSWORD, passkey })).status).toBe(204);
    expect(await tablesWith(id)).toEqual([]);
  });

  test("is slowed down like logins", async () => {
    const answers = [];
    for (let i = 0; i < 11; i++) answers.push((await erase({ password: WRONG_PASSWORD })).status);
    expect(answers.slice(-2)).toEqual([400, 429]);
  });

  test("is not for personal access tokens, nor for a session that is over", async () => {
    const wish = { password: PASSWORD, name: "script", scopes: ["tags:read"], expiresInDays: 1 };
    const { token } = (await people.post(mia, "/personal-tokens", wish)).body;
    const { accessToken } = (await people.post({}, "/personal-tokens/exchange", { token })).body;
    expect((await erase(undefined, { ...mia, token: accessToken })).status).toBe(403);
    await people.call(mia, "DELETE", `/sessions/${String(decodeJwt(mia.token)["sid"])}`);
    expect((await erase()).status).toBe(401);
  });

  test("of one account leaves the others alone", async () => {
    const eve = await people.newOwner();
    await erase();
    expect((await people.get(eve, "/account")).status).toBe(200);
    expect((await people.logIn(eve)).status).toBe(200);
  });

  test("says good-bye to a verified address, and nothing to another", async () => {
    const eve = await people.newEarlierOwner();
    for (const person of [mia, eve]) expect((await erase(undefined, person)).status).toBe(204);
    expect((await people.mailsTo(mia)).at(-1)?.text).toContain("Your account was deleted");
    expect(await people.mailsTo(eve)).toEqual([]);
  });

  test("is in the trail by a pseudonym that leads to nobody once all is erased", async () => {
    await people.auth.service.audit.flush();
    const name = people.auth.service.audit.nameOf(id);
    await erase();
    expect(people.auth.service.audit.nameOf(id)).toBe(name);
    await people.call({}, "DELETE", `/erasures/${id}`);
    await people.call({}, "DELETE", `/erasures/${id}`);
    const events = await people.eventsUnder(name);
    expect(events.slice(-2)).toEqual(["account.closed", "account.erased"]);
    const trail = JSON.stringify(await people.auth.service.audit.read({ after: 0, limit: 1_000 }));
    for (const text of [mia.email, mia.address, id]) expect(trail).not.toContain(text);
    expect(people.auth.service.audit.nameOf(id)).toBeUndefined();
  });
});

describe("the list of erasures", () => {
  test("keeps an account until no access token of it can live any more, however often it was erased", async () => {
    await erase();
    const done = (): Promise<Answer> => people.call({}, "DELETE", `/erasures/${id}`);
    expect((await done()).status).toBe(204);
    expect(await listed()).toContain(id);
    people.auth.clock.s += ACCESS_TOKEN_LIFETIME_S + 61;
    expect(await listed()).toContain(id);
    await done();
    expect(await listed()).not.toContain(id);
    expect((await done()).status).toBe(204);
  });

  test("takes ids and nothing else", async () => {
    expect((await people.call({}, "DELETE", "/erasures/x")).status).toBe(400);
    expect((await people.call({}, "DELETE", `/erasures/${"0".repeat(32)}`)).status).toBe(204);
  });
});
