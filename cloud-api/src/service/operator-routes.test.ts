import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { createClaimCode } from "@purrimeter/store/claim-code";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TestAccounts } from "../testing/test-accounts.ts";
import type { TestAccount } from "../testing/test-accounts.ts";
import { NOW_S } from "../testing/test-keys.ts";

const TAG = "tom" as TagId;
const PATH = `/v1/operator/tags/${TAG}/code`;

let accounts: TestAccounts;
let operator: TestAccount;
let former: string;
beforeEach(async () => {
  accounts = await TestAccounts.start();
  operator = await accounts.owner(["operator"]);
  former = createClaimCode();
  await accounts.api.store.registry.register(TAG, former, NOW_S as UnixSeconds);
});
afterEach(() => accounts.close());

const code = (path = PATH) => accounts.api.ask(path, { method: "POST", token: operator.token });
const claim = (given: string, { token }: TestAccount) =>
  accounts.api.ask("/v1/tags/claim", { method: "POST", body: { code: given, name: "Tom" }, token });

test("an operator gives an unclaimed tag another code, and the trail says who", async () => {
  const { status, text } = await code();
  const answer = JSON.parse(text) as { id: string; claimCode: string };
  expect([status, answer.id]).toEqual([200, TAG]);
  const events = await accounts.auth.service.audit.read({ after: 0, limit: 100 });
  expect(events.at(-1)).toMatchObject({
    event: "tag.code-renewed",
    account: accounts.auth.service.audit.nameOf(operator.id),
    subject: TAG,
  });
  const owner = await accounts.owner();
  expect((await claim(former, owner)).status).toBe(400);
  expect((await claim(answer.claimCode, owner)).status).toBe(201);
});

test("a tag of an account gets none; when that account is gone it does", async () => {
  const owner = await accounts.owner();
  await claim(former, owner);
  expect((await code()).body.type).toBe("/v1/problems/conflict");
  accounts.isAway = true;
  expect((await code()).status).toBe(503);
  accounts.isAway = false;
  await accounts.auth.service.erasures.begin(owner.id);
  expect((await code()).status).toBe(200);
});

test("an unclaimed tag gets one while the accounts are away; a revoked and an unknown one never", async () => {
  await code("/v1/operator/tags/none/code");
  accounts.isAway = true;
  const away = await code();
  accounts.isAway = false;
  expect([away.status, (await code("/v1/operator/tags/none/code")).status]).toEqual([200, 404]);
  await accounts.api.store.registry.revoke(TAG, NOW_S as UnixSeconds);
  expect((await code()).status).toBe(409);
});

test("a code is not renewed when the trail cannot be written", async () => {
  const { audit } = accounts.auth.service;
  const flush = audit.flush.bind(audit);
  audit.flush = () => Promise.resolve(false);
  const refused = await code();
  audit.flush = flush;
  expect([refused.status, refused.body.type]).toEqual([503, "/v1/problems/unavailable"]);
  expect((await claim(former, await accounts.owner())).status).toBe(201);
});
