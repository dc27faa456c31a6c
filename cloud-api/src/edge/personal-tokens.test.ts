import { exchangeRoute } from "@purrimeter/auth-api/internal";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TestAccounts } from "../testing/test-accounts.ts";
import type { TestAccount } from "../testing/test-accounts.ts";
import type { Answer } from "../testing/test-api.ts";
import type { AuthCall } from "./auth-service.ts";

let accounts: TestAccounts;
let owner: TestAccount;
let personal: { readonly id: string; readonly token: string };
let peers = 0;

beforeAll(async () => {
  accounts = await TestAccounts.start();
});

beforeEach(async () => {
  owner = await accounts.owner();
  personal = await accounts.personalToken(owner.id, "tags:read");
  accounts.calls.length = 0;
  accounts.api.peer = `192.0.2.${++peers}`;
});

afterAll(async () => {
  expect(accounts.api.failures).toEqual([]);
  await accounts.close();
});

const read = (token = personal.token): Promise<Answer> => accounts.api.ask("/v1/tags", { token });

const exchanges = (): readonly AuthCall[] => accounts.calls.filter(({ path }) => path === exchangeRoute.path);

describe("a personal access token", () => {
  it("is exchanged once, with the client's address, and asked for anew before it ends", async () => {
    for (const { status } of await Promise.all([read(), read(), read()])) expect(status).toBe(200);
    expect((await read()).status).toBe(200);
    const call = { method: "POST", path: exchangeRoute.path, clientAddress: accounts.api.peer };
    expect(exchanges()).toEqual([{ ...call, body: { token: personal.token } }]);
    accounts.advance(571);
    expect((await read()).status).toBe(200);
    expect(exchanges()).toHaveLength(2);
  });

  it("does what its scopes say and nothing else", async () => {
    expect((await read()).status).toBe(200);
    const write = { method: "PATCH", body: { name: "Tom" }, token: personal.token };
    const refused = await accounts.api.ask("/v1/tags/cat-1", write);
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([
      403,
      'Bearer error="insufficient_scope"',
    ]);
    for (const path of ["/v1/tags/cat-1/locations", "/v1/geofences", "/v1/auth/account", "/v1/auth/sessions"])
      expect((await accounts.api.ask(path, { token: personal.token })).status, path).toBe(403);
  });

  it("is refused at once when it has been ended, and stays refused", async () => {
    expect((await read()).status).toBe(200);
    const end = { method: "DELETE", token: owner.token };
    expect((await accounts.api.ask(`/v1/auth/personal-tokens/${personal.id}`, end)).status).toBe(204);
    expect((await read()).status).toBe(401);
    accounts.advance(600);
    expect((await read()).status).toBe(401);
  });

  it("that is not known is asked about again, and none that cannot be one", async () => {
    const unknown = `${personal.token.slice(0, -4)}AAAA`;
    for (const token of [unknown, unknown, "purr_pat_", `${personal.token}x`, "purr_pat_x.y.z"])
      expect((await read(token)).status).toBe(401);
    expect(exchanges()).toHaveLength(2);
  });

  it("waits as long as the service wants", async () => {
    const tokens = Array.from({ length: 61 }, (_, i) => `purr_pat_${String(i).padStart(43, "a")}`);
    const answers = await Promise.all(tokens.map(read));
    expect(answers.map(({ status }) => status)).toEqual([...Array<number>(60).fill(401), 429]);
    const { headers, body } = answers.at(-1) as Answer;
    expect(body.type).toBe("/v1/problems/too-many-requests");
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("is 503 while the service is away, and works afterwards", async () => {
    accounts.isAway = true;
    expect((await read()).status).toBe(503);
    accounts.isAway = false;
    expect((await read()).status).toBe(200);
  });

  it("is taken from the header Authorization alone, as Bearer", async () => {
    const headers = { authorization: `Basic ${personal.token}` };
    expect((await accounts.api.ask("/v1/tags", { headers })).status).toBe(401);
    expect((await accounts.api.ask(`/v1/tags?access_token=${personal.token}`)).status).toBe(401);
    expect(exchanges()).toEqual([]);
  });
});
