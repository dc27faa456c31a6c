import { afterAll, beforeAll, expect, test } from "vitest";
import { preferencesRoute } from "@purrimeter/auth-api/internal";
import { startTestService, type Answer, type TestService } from "../testing/test-service.ts";

const PASSWORD = "three grey cats on a wall";
let auth: TestService;

beforeAll(async () => {
  auth = await startTestService();
});
afterAll(() => auth.close());

function note(body: object, identity = auth.certificates.cloudApi): Promise<Answer> {
  return auth.call({ path: preferencesRoute.path, body, identity });
}

async function lastMailTo(email: string) {
  await auth.service.mailQueue.flush();
  return auth.mails.findLast(({ to }) => to === email);
}

async function idOf(email: string): Promise<string> {
  return (await auth.service.accounts.list()).find(({ mail }) => mail === email)?.id ?? "";
}

test("who registers is written to in the language of the registration", async () => {
  const [german, english] = ["katze@example.org", "cat@example.org"];
  const body = { email: german, password: PASSWORD, language: "de" };
  expect((await auth.call({ path: "/register", body })).status).toBe(202);
  expect((await auth.call({ path: "/register", body: { email: english, password: PASSWORD } })).status).toBe(
    202,
  );
  expect(await lastMailTo(german)).toMatchObject({ subject: "Bestätige deine E-Mail-Adresse" });
  expect(await lastMailTo(english)).toMatchObject({ subject: "Confirm your email address" });
  const other = { email: "chat@example.org", password: PASSWORD, language: "fr" };
  expect((await auth.call({ path: "/register", body: other })).status).toBe(400);
});

test("a time zone alone leaves the language that somebody registered with", async () => {
  const email = "kater@example.org";
  await auth.call({ path: "/register", body: { email, password: PASSWORD, language: "de" } });
  expect((await note({ account: await idOf(email), timeZone: "Europe/Berlin" })).status).toBe(204);
  await auth.call({ path: "/password/reset-request", body: { email } });
  expect(await lastMailTo(email)).toMatchObject({
    subject: "Setze dein Passwort zurück",
    text: expect.stringContaining("(Europe/Berlin)") as string,
  });
});

test("what the API notes holds for the next mail, with its language and its clocks", async () => {
  const email = "moved@example.org";
  await auth.call({ path: "/register", body: { email, password: PASSWORD } });
  const account = await idOf(email);
  expect((await note({ account, language: "de", timeZone: "Europe/Berlin" })).status).toBe(204);
  await auth.call({ path: "/password/reset-request", body: { email } });
  expect(await lastMailTo(email)).toMatchObject({
    subject: "Setze dein Passwort zurück",
    text: expect.stringContaining("Uhr (Europe/Berlin)") as string,
  });
});

test("an account that is not there is noted for nobody, and nobody else may note", async () => {
  const preferences = { language: "de", timeZone: "UTC" };
  expect((await note({ account: "0".repeat(32), ...preferences })).status).toBe(204);
  const account = await idOf("cat@example.org");
  expect((await note({ account, ...preferences }, auth.certificates.alerts)).status).toBe(403);
  for (const bad of [
    { account: "x", ...preferences },
    { account, language: "fr", timeZone: "UTC" },
    { account, timeZone: "" },
    { account, ...preferences, roles: "operator" },
  ])
    expect((await note(bad)).status).toBe(400);
});
