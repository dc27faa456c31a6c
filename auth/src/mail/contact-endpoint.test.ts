import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contactRoute } from "@purrimeter/auth-api/internal";
import { createApp } from "../http/create-app.ts";
import { registerVerified } from "../testing/register-verified.ts";
import { startTestService, type Answer, type TestService } from "../testing/test-service.ts";

const PASSWORD = "three grey cats on a wall";
let auth: TestService;

beforeAll(async () => {
  auth = await startTestService();
});
afterAll(() => auth.close());

function contact(account: unknown, identity = auth.certificates.alerts): Promise<Answer> {
  return auth.call({ path: contactRoute.path, body: { account }, identity });
}

async function accountOf(email: string): Promise<string> {
  const { items } = { items: await auth.service.accounts.list() };
  return items.find(({ mail }) => mail === email)?.id ?? "";
}

describe("the contact of an account", () => {
  test("is its verified address", async () => {
    await registerVerified(auth, { email: "owner@example.org", password: PASSWORD });
    const { status, body } = await contact(await accountOf("owner@example.org"));
    expect([status, body]).toEqual([200, { address: "owner@example.org" }]);
  });

  test("is not told before somebody has shown to read it, nor of an account that is not there", async () => {
    await auth.call({ path: "/register", body: { email: "unverified@example.org", password: PASSWORD } });
    const account = await accountOf("unverified@example.org");
    expect(account).not.toBe("");
    for (const id of [account, "0".repeat(32)]) expect((await contact(id)).body).toEqual({ address: null });
  });

  test.each([undefined, "", 7, "x".repeat(32), "' OR 1=1 --", { $ne: "" }])(
    "of %j is refused",
    async (account) => {
      expect((await contact(account)).status).toBe(400);
    },
  );

  test("is not told to the API, and to no stranger", async () => {
    const account = await accountOf("owner@example.org");
    const refused = await contact(account, auth.certificates.cloudApi);
    expect([refused.status, refused.body.type]).toEqual([403, "/v1/problems/forbidden"]);
    for (const identity of [auth.certificates.bridge, auth.certificates.notifier, auth.certificates.impostor])
      await expect(contact(account, identity)).rejects.toThrow();
  });
});

test("the certificate of alerts opens no other route, whatever the spelling", async () => {
  const paths = Object.entries(
    createApp(auth.service, () => 0).getOpenAPI31Document({
      openapi: "3.1.0",
      info: { title: "", version: "" },
    }).paths ?? {},
  ).flatMap(([path, methods]) => Object.keys(methods).map((method) => [method.toUpperCase(), path] as const));
  expect(paths.length).toBeGreaterThan(30);
  for (const [method, path] of [
    ...paths,
    ["GET", "/openapi.json"],
    ["GET", "/nowhere"],
    ["POST", `${contactRoute.path}/`],
  ]) {
    if (path === contactRoute.path) continue;
    const { status } = await auth.call({
      ...{
        method,
        path: path?.replace(/\{\w+\}/gu, "0".repeat(32)) ?? "",
        identity: auth.certificates.alerts,
      },
      ...(method === "POST" && { body: {} }),
    });
    expect([method, path, status]).toEqual([method, path, 403]);
  }
});
