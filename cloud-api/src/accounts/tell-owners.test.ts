import { createLog } from "@purrimeter/service/log";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { TestAccounts, type TestAccount } from "../testing/test-accounts.ts";
import type { TagId } from "@purrimeter/protocol/values";
import { tellOwners } from "./tell-owners.ts";

let accounts: TestAccounts;
let mia: TestAccount;
let tom: TestAccount;
let tag: TagId;
const lines: string[] = [];

beforeAll(async () => {
  accounts = await TestAccounts.start();
  const log = createLog("cloud-api", { write: (line: string) => void lines.push(line) });
  accounts.api.told = tellOwners(accounts, log);
});
afterAll(() => accounts.close());
beforeEach(async () => {
  [mia, tom] = [await accounts.owner(), await accounts.owner()];
  tag = await accounts.api.claimedTag(mia);
  lines.length = 0;
  accounts.isAway = false;
});

async function post(path: string, { token }: TestAccount, body: object = {}) {
  return accounts.api.ask(path, { method: "POST", body, token });
}

/** Waits until the authentication service was asked to tell somebody, and gives what everybody was told. */
async function mailsAfter(asked: number) {
  await expect.poll(() => accounts.calls.filter(({ path }) => path === "/notices").length).toBe(asked);
  const sent = () => accounts.auth.service.mailQueue.flush();
  await sent();
  return accounts.auth.mails;
}

test("an owner has a message when somebody accepts a share, and when somebody accepts the tag", async () => {
  const { code } = (await post(`/v1/tags/${tag}/shares`, mia, { kind: "live", name: "Tom" })).body;
  await mailsAfter(0);
  expect((await post("/v1/shares/accept", tom, { code })).status).toBe(201);
  await mailsAfter(1);
  await expect
    .poll(async () => (await mailsAfter(1)).at(-1))
    .toMatchObject({
      to: mia.email,
      subject: "Somebody accepted your invitation",
    });
  const offer = (await post(`/v1/tags/${tag}/transfer`, mia)).body;
  expect((await post("/v1/transfers/accept", tom, { code: offer.code })).status).toBe(200);
  await expect
    .poll(async () => (await mailsAfter(2)).at(-1))
    .toMatchObject({
      to: mia.email,
      subject: "Somebody wants to take over a tag of yours",
    });
  const texts = accounts.auth.mails.map(({ text }) => text).join("");
  expect(texts).toContain(tag);
  expect(texts).not.toMatch(/Tom|Mimi/u);
  expect(texts).not.toContain(tom.email);
  expect(lines).toEqual([]);
});

test("a share is accepted all the same while nobody can be told, and the log says so", async () => {
  const { code } = (await post(`/v1/tags/${tag}/shares`, mia, { kind: "live" })).body;
  accounts.isAway = true;
  expect((await post("/v1/shares/accept", tom, { code })).status).toBe(201);
  await expect.poll(() => lines.join("")).toContain('"event":"notice.failed","reason":"share.accepted"');
});

test("an account that is not there is told nothing, and nobody learns that", async () => {
  const before = accounts.auth.mails.length;
  const body = { account: "a".repeat(32), kind: "share.accepted", tag: "cat-1" };
  const answer = await accounts.call({ method: "POST", path: "/notices", body, clientAddress: "127.0.0.1" });
  expect(answer).toMatchObject({ kind: "answer", status: 204 });
  await accounts.auth.service.mailQueue.flush();
  expect(accounts.auth.mails).toHaveLength(before);
});
