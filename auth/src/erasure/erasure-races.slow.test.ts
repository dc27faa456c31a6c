import { afterAll, beforeAll, expect, test } from "vitest";
import { SoftwareAuthenticator } from "../testing/software-authenticator.ts";
import { NEW_PASSWORD, PAGE, PASSWORD, TestPeople } from "../testing/test-people.ts";
import type { Person } from "../testing/test-people.ts";
import type { Answer } from "../testing/test-service.ts";

/** Races, each in another order. */
const ROUNDS = 24;

let people: TestPeople;

beforeAll(async () => {
  people = await TestPeople.start();
});
afterAll(() => people.close());

/** Numbers from 0 to 1 that are the same for each seed (Park and Miller 1988). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** In an order that depends on the seed alone. */
function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const random = randomFrom(seed);
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** All that makes or changes a row of the account. */
function requests(
  person: Person,
  refreshToken: string,
  challenge: string,
): readonly (() => Promise<Answer>)[] {
  const key = new SoftwareAuthenticator(PAGE.relyingParty, PAGE.origin);
  const proof = { password: PASSWORD };
  const token = { ...proof, name: "x", scopes: ["tags:read"], expiresInDays: 1 };
  const post = (path: string, body: object) => () => people.post(person, path, body);
  return [
    () => people.call(person, "DELETE", "/account", proof),
    () => people.call(person, "DELETE", "/account", proof),
    post("/personal-tokens", token),
    post("/refresh", { refreshToken }),
    post("/login", { email: person.email, password: PASSWORD }),
    post("/mail/change", { ...proof, email: `new-${person.email}` }),
    post("/second-factors/totp", proof),
    post("/passkeys", { name: "laptop", response: key.create(challenge) }),
    post("/password", { ...proof, newPassword: NEW_PASSWORD }),
    () => people.call(person, "DELETE", "/sessions"),
  ];
}

test.each(Array.from({ length: ROUNDS }, (_, seed) => seed + 1))(
  "an account that is deleted while it is used is gone for all, and nothing fails (order %i)",
  async (seed) => {
    const mia = await people.newOwner();
    const { refreshToken } = (await people.logIn(mia)).body;
    const { challenge } = (await people.post(mia, "/passkeys/options", { password: PASSWORD })).body.options;
    const all = shuffled(requests(mia, refreshToken, challenge), seed);
    const answers = await Promise.all(all.map((ask) => ask()));
    for (const { status, body } of answers) expect(status, body.type).toBeLessThan(500);
    const refused = answers.filter(({ status }) => status >= 400).map(({ status }) => status);
    expect(
      refused.every((status) => [400, 401, 404, 409].includes(status)),
      String(refused),
    ).toBe(true);
    expect(people.auth.logLines.filter((line) => line.includes("request.failed"))).toEqual([]);
  },
);

test("of two deletions at once one is told that the account is gone, and one mail says so", async () => {
  const mia = await people.newOwner();
  const erase = (): Promise<Answer> => people.call(mia, "DELETE", "/account", { password: PASSWORD });
  const both = await Promise.all([erase(), erase()]);
  expect(both.map(({ status }) => status).toSorted()).toEqual([204, 401]);
  expect(await people.mailsTo(mia)).toHaveLength(1);
});

test.each(["sessions", "devices", "personalTokens", "secondFactors", "mailChanges"] as const)(
  "what %s would add to an account that is gone is refused as if it came after",
  async (part) => {
    const mia = await people.newOwner();
    const { service } = people.auth;
    const { id } = await people.accountOf(mia);
    await service.erasures.begin(id);
    const draft = { account: id, name: "x", scopes: ["tags:read"] as const, expiresAt: 2e9 };
    const added = {
      sessions: () => service.sessions.begin(id, ""),
      devices: () => service.devices.remember(id, undefined),
      personalTokens: () => service.personalTokens.make(draft),
      secondFactors: () => service.secondFactors.beginTotp(id),
      mailChanges: () => service.mailChanges.ask(id, `new-${mia.email}` as never),
    }[part];
    await expect(added()).rejects.toMatchObject({ code: "SQLITE_CONSTRAINT_FOREIGNKEY" });
  },
);
