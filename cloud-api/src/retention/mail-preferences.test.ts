import { afterAll, beforeAll, expect, test } from "vitest";
import { TestAccounts, type TestAccount } from "../testing/test-accounts.ts";

let accounts: TestAccounts;
let mia: TestAccount;

beforeAll(async () => {
  accounts = await TestAccounts.start();
  mia = await accounts.owner();
});
afterAll(() => accounts.close());

function patch(body: object) {
  return accounts.api.ask("/v1/account", { method: "PATCH", body, token: mia.token });
}

async function mailAfterReset() {
  await accounts.api.ask("/v1/auth/password/reset-request", { method: "POST", body: { email: mia.email } });
  await accounts.auth.service.mailQueue.flush();
  return accounts.auth.mails.findLast(({ to }) => to === mia.email);
}

test("mails about the account are in its language and by its clocks as well", async () => {
  expect((await patch({ language: "de" })).status).toBe(200);
  expect((await patch({ timeZone: "Europe/Berlin" })).status).toBe(200);
  expect(await mailAfterReset()).toMatchObject({
    subject: "Setze dein Passwort zurück",
    text: expect.stringContaining("(Europe/Berlin)") as string,
  });
});

test("nothing changes while the authentication service does not answer, but what is not its own", async () => {
  accounts.isAway = true;
  const refused = await patch({ language: "en", retentionDays: 30 });
  expect([refused.status, refused.body.type]).toEqual([503, "/v1/problems/unavailable"]);
  expect((await patch({ retentionDays: 31 })).status).toBe(200);
  accounts.isAway = false;
  const { text } = await accounts.api.ask("/v1/account", { token: mia.token });
  expect(JSON.parse(text)).toMatchObject({ language: "de", timeZone: "Europe/Berlin", retentionDays: 31 });
});
