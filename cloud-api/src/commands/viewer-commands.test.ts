import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { auditListSchema, type AuditEntry } from "../audit/audit-schema.ts";
import { rfc3339 } from "../lists/rfc3339.ts";
import { TestAccounts, type TestAccount } from "../testing/test-accounts.ts";
import type { Answer } from "../testing/test-api.ts";

let accounts: TestAccounts;
let owner: TestAccount;
let viewer: TestAccount;
let tag: TagId;

beforeAll(async () => {
  accounts = await TestAccounts.start();
});
beforeEach(async () => {
  [owner, viewer] = [await accounts.owner(), await accounts.owner()];
  tag = await accounts.api.claimedTag(owner);
});
afterAll(async () => {
  expect(accounts.api.failures).toEqual([]);
  await accounts.close();
});

const post = (who: TestAccount, path: string, body: object): Promise<Answer> =>
  accounts.api.ask(path, { method: "POST", token: who.token, body });
const buzz = (who = viewer): Promise<Answer> =>
  post(who, `/v1/tags/${tag}/commands`, { kind: "buzz", seconds: 5 });
const read = (path: string, who = viewer): Promise<Answer> =>
  accounts.api.ask(`/v1/tags/${tag}/commands${path}`, { token: who.token });

/** The viewer's share of the tag: its id. */
async function share(more: object): Promise<string> {
  const { body } = await post(owner, `/v1/tags/${tag}/shares`, { kind: "live", ...more });
  const { status, body: held } = await post(viewer, "/v1/shares/accept", { code: body.code });
  expect(status).toBe(201);
  return held.id;
}

/** What the tag is to be told. */
async function open(): Promise<readonly string[]> {
  const now = accounts.api.nowS as UnixSeconds;
  return (await accounts.api.store.commands.openCommands(tag, now)).map(({ action }) => action);
}

/** Commands in somebody's trail: the event, the tag, who did it, and the share by which. */
async function trail(who: TestAccount): Promise<unknown[]> {
  await accounts.auth.service.audit.flush();
  const { body } = await accounts.api.ask("/v1/audit", { token: who.token });
  auditListSchema.parse(body);
  const { items } = body as unknown as { readonly items: readonly AuditEntry[] };
  return items
    .filter(({ event }) => event.startsWith("command."))
    .map((entry) => [entry.event, entry.subject, entry.by, entry.byYou, entry.share ?? null]);
}

describe("a viewer whom the owner lets", () => {
  it("has the tag buzz, sees that alone, and both have it in their trail", async () => {
    const id = await share({ commands: true });
    const { body: own } = await post(owner, `/v1/tags/${tag}/commands`, { kind: "light" });
    const { status, body } = await buzz();
    expect([status, body]).toMatchObject([201, { state: "pending", by: "viewer" }]);
    expect((await read(`/${body.id}`)).body).toMatchObject({ kind: "buzz", by: "viewer" });
    expect((await read(`/${own.id}`)).status).toBe(404);
    expect((await read("")).body.items).toHaveLength(1);
    expect((await read("", owner)).body.items).toMatchObject([{ by: "viewer" }, { by: "owner" }]);
    expect(await open()).toEqual(["light", "buzz"]);
    expect(await trail(owner)).toEqual([
      ["command.light", tag, "owner", true, null],
      ["command.buzz", tag, "other", false, id],
    ]);
    expect(await trail(viewer)).toEqual([["command.buzz", tag, "other", true, null]]);
  });

  it("needs the scope of commands, and cannot set lost mode", async () => {
    await share({ commands: true });
    const script = await accounts.personalToken(viewer.id, "tags:read", "tags:write");
    const path = `/v1/tags/${tag}/commands`;
    const refused = await accounts.api.ask(path, {
      ...{ method: "POST", token: script.token },
      body: { kind: "buzz" },
    });
    expect(refused.status).toBe(403);
    const lost = await accounts.api.ask(`/v1/tags/${tag}/lost`, {
      ...{ method: "PUT", token: viewer.token },
      body: { intervalS: 60 },
    });
    expect(lost.status).toBe(404);
    expect(await open()).toEqual([]);
  });
});

describe("a viewer whom the owner does not let", () => {
  it.each([{}, { commands: false }, { alerts: true }])("%j is answered as for no tag", async (flags) => {
    await share(flags);
    const answers = [await buzz(), await read(""), await read("/1")];
    const stranger = await accounts.owner();
    const unknown = [await buzz(stranger), await read("", stranger), await read("/1", stranger)];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(answers.map(({ body }) => body.type)).toEqual(unknown.map(({ body }) => body.type));
    expect([await open(), await trail(owner), await trail(viewer)]).toEqual([[], [], []]);
  });
});

describe("the right ends at once, and what waits is not sent", () => {
  let id: string;

  const gone = async (): Promise<void> => {
    const answers = [await buzz(), await read(""), await read("/1")];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(await open()).toEqual([]);
  };
  const lent = async (more: object = {}): Promise<void> => {
    id = await share({ commands: true, ...more });
    expect((await buzz()).status).toBe(201);
    expect(await open()).toEqual(["buzz"]);
  };

  it("when the owner takes the flag back, and comes again with it", async () => {
    await lent();
    const change = (commands: boolean): Promise<Answer> =>
      accounts.api.ask(`/v1/tags/${tag}/shares/${id}`, {
        ...{ method: "PATCH", token: owner.token },
        body: { commands },
      });
    expect((await change(false)).status).toBe(200);
    await gone();
    expect((await change(true)).status).toBe(200);
    expect((await buzz()).status).toBe(201);
  });

  it("when the owner removes the share", async () => {
    await lent();
    const path = `/v1/tags/${tag}/shares/${id}`;
    expect((await accounts.api.ask(path, { method: "DELETE", token: owner.token })).status).toBe(204);
    await gone();
  });

  it("when the viewer leaves it", async () => {
    await lent();
    const path = `/v1/shares/${id}`;
    expect((await accounts.api.ask(path, { method: "DELETE", token: viewer.token })).status).toBe(204);
    await gone();
  });

  it("when its time is over", async () => {
    const endsAt = rfc3339((accounts.api.nowS + 60) as UnixSeconds);
    await lent({ endsAt });
    accounts.advance(59);
    expect(await open()).toEqual(["buzz"]);
    accounts.advance(1);
    await gone();
  });
});
