import type { TagId } from "@purrimeter/protocol/values";
import { createClaimCode } from "@purrimeter/store/claim-code";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestAccounts } from "../testing/test-accounts.ts";
import type { Answer } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";

let accounts: TestAccounts;
let made = 0;

beforeAll(async () => {
  accounts = await TestAccounts.start();
});

afterAll(async () => {
  expect(accounts.api.failures).toEqual([]);
  await accounts.close();
});

async function newTag(): Promise<TagId> {
  const id = `cat-${++made}` as TagId;
  await accounts.api.store.registry.register(id, createClaimCode(), NOW_S as UnixSeconds);
  return id;
}

async function standingOf(id: TagId, token: string): Promise<string | undefined> {
  const { text } = await accounts.api.ask("/v1/operator/tags", { token });
  const { items } = JSON.parse(text) as { items: { id: string; standing: string }[] };
  return items.find((tag) => tag.id === id)?.standing;
}

const revoke = (id: TagId, token: string): Promise<Answer> =>
  accounts.api.ask(`/v1/operator/tags/${id}/revoke`, { method: "POST", token });

it("a tag that an operator revokes is in the trail, with who did it", async () => {
  const { id: operator, token } = await accounts.owner(["operator"]);
  const tag = await newTag();
  expect((await revoke(tag, token)).status).toBe(204);
  const trail = await accounts.auth.service.audit.read({ after: 0, limit: 1_000 });
  expect(trail.at(-1)).toMatchObject({
    event: "tag.revoked",
    account: accounts.auth.service.audit.nameOf(operator),
    subject: tag,
  });
});

it("is not revoked while the trail cannot be written, nor by who is no operator any more", async () => {
  const { id, token } = await accounts.owner(["operator"]);
  const tag = await newTag();
  accounts.isAway = true;
  expect((await revoke(tag, token)).status).toBe(503);
  accounts.isAway = false;
  await accounts.auth.service.accounts.setRoles(id, ["owner"]);
  expect((await revoke(tag, token)).status).toBe(403);
  expect(await standingOf(tag, token)).toBe("unclaimed");
});
