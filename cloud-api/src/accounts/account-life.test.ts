import { SoftwareAuthenticator } from "@purrimeter/auth/testing/software-authenticator";
import { RELYING_PARTY } from "@purrimeter/auth/testing/test-service";
import { ACCOUNT_ROUTES } from "@purrimeter/auth-api/routes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DeclaredAsker, expectProblem } from "../testing/declared-asker.ts";
import type { Asked } from "../testing/declared-asker.ts";
import { PASSWORD, TestAccounts } from "../testing/test-accounts.ts";

let accounts: TestAccounts;
let asker: DeclaredAsker;

beforeAll(async () => {
  accounts = await TestAccounts.start();
  asker = new DeclaredAsker(accounts.api);
});

afterAll(async () => {
  expect(accounts.api.failures).toEqual([]);
  await accounts.close();
});

const ask: DeclaredAsker["ask"] = (route, asking) => asker.ask(route, asking);

describe("what a stranger may ask for an account", () => {
  let email: string;

  beforeAll(async () => {
    ({ email } = await accounts.owner());
  });

  it("is a second registration, which gets the same answer, and the address a mail that says so", async () => {
    const again = await ask("POST /v1/auth/register", { body: { email, password: PASSWORD } });
    expect([again.status, again.body]).toEqual([202, undefined]);
    await accounts.auth.service.mailQueue.flush();
    expect(accounts.auth.mails.at(-1)?.text).toContain("already has one");
  });

  it("is a mailed link, which logs in once", async () => {
    await ask("POST /v1/auth/login/link-request", { body: { email } });
    const body = { token: await accounts.linkTo(email, "login") };
    const entered = await ask("POST /v1/auth/login/link", { body });
    expect(entered.status).toBe(200);
    await ask("POST /v1/auth/logout", { body: { refreshToken: entered.account.refreshToken } });
    expectProblem(await ask("POST /v1/auth/login/link", { body }), 400, "invalid-request");
  });
});

describe("an account's life, through both services", () => {
  const email = "mia@example.org";
  const key = new SoftwareAuthenticator(RELYING_PARTY.id, RELYING_PARTY.origins[0] ?? "");
  let password = PASSWORD;
  let token: string;
  let secret: string;
  let codes: readonly string[];

  const logIn = (device = "phone"): Promise<Asked> =>
    ask("POST /v1/auth/login", { body: { email, password, device } });

  it("begins with a registration and a mail", async () => {
    const registered = await ask("POST /v1/auth/register", { body: { email, password, device: "phone" } });
    expect(registered.status).toBe(202);
    expectProblem(await logIn(), 401, "wrong-credentials");
    const link = { token: await accounts.linkTo(email, "verify") };
    expect((await ask("POST /v1/auth/mail/verify", { body: link })).status).toBe(204);
    token = (await logIn()).account.accessToken;
    expect((await ask("GET /v1/auth/account", { token })).body).toMatchObject({
      email,
      mailVerified: true,
      roles: ["owner"],
    });
    expect((await ask("POST /v1/auth/mail/verification", { token })).status).toBe(202);
  });

  it("has sessions, which are refreshed and end", async () => {
    const first = (await logIn("laptop")).account;
    const { account: second } = await ask("POST /v1/auth/refresh", {
      body: { refreshToken: first.refreshToken },
    });
    expect((await accounts.api.ask("/v1/tags", { token: second.accessToken })).status).toBe(200);
    await ask("POST /v1/auth/logout", { body: { refreshToken: second.refreshToken } });
    expect((await accounts.api.ask("/v1/tags", { token: second.accessToken })).status).toBe(401);
    for (const device of ["tablet", "watch"]) await logIn(device);
    const listed = (await ask("GET /v1/auth/sessions", { token })).account.items;
    expect(listed.map(({ device }) => device).toSorted()).toEqual(["phone", "tablet", "watch"]);
    const { id } = listed.find(({ device }) => device === "tablet") ?? { id: "" };
    await ask("DELETE /v1/auth/sessions/{id}", { id, token });
    expectProblem(await ask("DELETE /v1/auth/sessions/{id}", { id, token }), 404, "not-found");
    expectProblem(await ask("DELETE /v1/auth/sessions/{id}", { id: "0123", token }), 400, "invalid-request");
    await ask("DELETE /v1/auth/sessions", { token });
    expect((await ask("GET /v1/auth/sessions", { token })).account.items).toMatchObject([{ current: true }]);
  });

  it("ends the session of a refresh token that comes twice", async () => {
    const { refreshToken } = (await logIn()).account;
    await ask("POST /v1/auth/refresh", { body: { refreshToken } });
    accounts.advance(31);
    const again = await ask("POST /v1/auth/refresh", { body: { refreshToken } });
    expectProblem(again, 401, "wrong-credentials");
    expect(again.headers.get("www-authenticate")).toBe("Bearer");
  });

  it("has a second factor, which every login needs from then on", async () => {
    secret = (await ask("POST /v1/auth/second-factors/totp", { token, body: { password } })).account.secret;
    const wrong = { token, body: { code: "000000" } };
    expectProblem(await ask("POST /v1/auth/second-factors/totp/confirm", wrong), 400, "invalid-request");
    const confirmed = await ask("POST /v1/auth/second-factors/totp/confirm", {
      token,
      body: { code: accounts.nextCode(secret) },
    });
    codes = confirmed.account.recoveryCodes;
    expect(codes[0]).toMatch(/^([A-Z2-7]{4}-){5}[A-Z2-7]{4}$/);
    expect((await ask("GET /v1/auth/second-factors", { token })).body).toEqual({
      totp: true,
      recoveryCodesLeft: 10,
    });
    const login = await logIn();
    expectProblem(login, 401, "second-factor-required");
    expect(login.account.methods).toEqual(["totp", "recovery-code"]);
    const { challenge } = login.account;
    const step = { challenge, code: codes[1] ?? "" };
    expect((await ask("POST /v1/auth/login/second-factor", { body: step })).status).toBe(200);
    expectProblem(await ask("POST /v1/auth/login/second-factor", { body: step }), 401, "wrong-credentials");
  });

  it("gets new recovery codes for all that a login asks for", async () => {
    const route = "POST /v1/auth/second-factors/recovery-codes";
    const refused = await ask(route, { token, body: { password } });
    expectProblem(refused, 401, "second-factor-required");
    expect(refused.account.challenge).not.toBe("");
    expectProblem(await ask(route, { token, body: { password, code: "1" } }), 401, "wrong-credentials");
    const made = await ask(route, { token, body: { password, code: accounts.nextCode(secret) } });
    codes = made.account.recoveryCodes;
    expect(codes).toHaveLength(10);
  });

  it("has passkeys, which stand in for codes", async () => {
    const proof = { token, body: { password, code: accounts.nextCode(secret) } };
    const { options } = (await ask("POST /v1/auth/passkeys/options", proof)).account;
    const made = { token, body: { name: "key", response: key.create(options.challenge) } };
    expect((await ask("POST /v1/auth/passkeys", made)).account.id).toBe(key.id);
    expectProblem(await ask("POST /v1/auth/passkeys", made), 400, "invalid-request");
    expect((await ask("GET /v1/auth/passkeys", { token })).account.items).toMatchObject([{ id: key.id }]);
    const { challenge } = (await logIn()).account;
    const signed = await ask("POST /v1/auth/login/passkey/options", { body: { challenge } });
    const response = key.get(signed.account.options.challenge);
    expect((await ask("POST /v1/auth/login/passkey", { body: { challenge, response } })).status).toBe(200);
    expectProblem(
      await ask("POST /v1/auth/login/passkey", { body: { challenge, response } }),
      401,
      "wrong-credentials",
    );
    const removal = { id: key.id, token, body: { password, code: accounts.nextCode(secret) } };
    await ask("POST /v1/auth/passkeys/{id}/remove", removal);
    const again = { ...removal, body: { password, code: accounts.nextCode(secret) } };
    expectProblem(await ask("POST /v1/auth/passkeys/{id}/remove", again), 404, "not-found");
    await ask("POST /v1/auth/second-factors/totp/remove", {
      token,
      body: { password, code: codes[2] ?? "" },
    });
    expectProblem(
      await ask("POST /v1/auth/second-factors/totp/remove", { token, body: { password } }),
      404,
      "not-found",
    );
  });

  it("has personal access tokens", async () => {
    const wish = { password, name: "scale", scopes: ["tags:read"], expiresInDays: 30 };
    const made = await ask("POST /v1/auth/personal-tokens", { token, body: wish });
    expect((await accounts.api.ask("/v1/tags", { token: made.account.token })).status).toBe(200);
    const { items } = (await ask("GET /v1/auth/personal-tokens", { token })).account;
    expect(items).toMatchObject([
      { id: made.account.id, scopes: ["tags:read"], usedAt: expect.any(String) as string },
    ]);
    await ask("DELETE /v1/auth/personal-tokens/{id}", { id: made.account.id, token });
    expect((await accounts.api.ask("/v1/tags", { token: made.account.token })).status).toBe(401);
  });

  it("changes its password, loses it, and changes its mail address", async () => {
    const newPassword = "four black cats under a tree";
    await ask("POST /v1/auth/password", { token, body: { password, newPassword } });
    await ask("POST /v1/auth/password/reset-request", { body: { email } });
    password = "five white cats in a bag";
    const reset = { token: await accounts.linkTo(email, "reset"), password };
    expect((await ask("POST /v1/auth/password/reset", { body: reset })).status).toBe(204);
    expectProblem(await ask("POST /v1/auth/password/reset", { body: reset }), 400, "invalid-request");
    expectProblem(await ask("GET /v1/auth/account", { token }), 401, "unauthenticated");
    token = (await logIn()).account.accessToken;
    const fresh = "mia@cats.example";
    await ask("POST /v1/auth/mail/change", { token, body: { password, email: fresh } });
    const link = { token: await accounts.linkTo(fresh, "change") };
    await ask("POST /v1/auth/mail/change/confirm", { body: link });
    expect((await ask("GET /v1/auth/account", { token })).body).toMatchObject({ email: fresh });
  });

  it("is read by auditors as a trail, page by page", async () => {
    await accounts.auth.service.audit.flush();
    const { token: auditor } = await accounts.owner(["auditor"]);
    const page = await ask("GET /v1/auth/audit", { token: auditor, query: "?after=2&limit=3" });
    expect(page.body.items).toHaveLength(3);
    expect(page.body.next).toBe(5);
    expectProblem(
      await ask("GET /v1/auth/audit", { token: auditor, query: "?limit=1%26x" }),
      400,
      "invalid-request",
    );
    expectProblem(await ask("GET /v1/auth/audit", { token }), 403, "forbidden");
  });

  it("ends with its deletion", async () => {
    const wrong = await ask("DELETE /v1/account", { token, body: { password: "wrong" } });
    expectProblem(wrong, 400, "invalid-request");
    expect((await ask("DELETE /v1/account", { token, body: { password } })).status).toBe(204);
    expectProblem(await ask("GET /v1/auth/account", { token }), 401, "unauthenticated");
  });

  it("used every route of the contract", () => {
    const routes = ACCOUNT_ROUTES.map(({ method, path }) => `${method.toUpperCase()} /v1/auth${path}`);
    expect([...asker.tried].toSorted()).toEqual([...routes, "DELETE /v1/account"].toSorted());
  });
});
