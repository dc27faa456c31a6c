import { ACCESS_TOKEN_LIFETIME_S } from "@purrimeter/auth-api/access-tokens";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { createClaimCode } from "@purrimeter/store/claim-code";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { ManualTime } from "@purrimeter/service/testing/manual-time";
import { OwnerDataErasure } from "./owner-data-erasure.ts";
import { followErasures } from "./follow-erasures.ts";
import { authAnswer } from "../testing/auth-answer.ts";
import { PASSWORD, TestAccounts } from "../testing/test-accounts.ts";
import type { TestAccount } from "../testing/test-accounts.ts";
import type { Answer, Ask, TestApi, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { fixAt, record } from "../testing/test-reports.ts";
import { NO_REPORT } from "../testing/no-report.ts";

let accounts: TestAccounts;
let api: TestApi;
let mia: TestAccount;
let tag: TagId;
let erasures: OwnerDataErasure;
let failures: unknown[];
/** What the store throws when it is asked to erase. */
let fault: Error | undefined;
let erased: OwnerId[];

beforeAll(async () => {
  accounts = await TestAccounts.start();
  api = accounts.api;
});

beforeEach(async () => {
  mia = await accounts.owner();
  tag = await api.claimedTag(mia);
  await record(api.store, tag, [fixAt(api.nowS - 60)]);
  [failures, erased, fault] = [[], [], undefined];
  erasures = new OwnerDataErasure({
    auth: accounts,
    report: NO_REPORT,
    forOwner: (owner) => ({
      eraseOwner: async () => {
        if (fault) throw fault;
        erased.push(owner);
        await api.store.forOwner(owner).eraseOwner();
      },
    }),
    onFailure: (error) => void failures.push(error),
  });
  api.use({ ...accounts.dependencies(), erasures });
  accounts.calls.length = 0;
});

/** Leaves nothing on the list for the next test. */
afterEach(async () => {
  fault = undefined;
  accounts.isAway = false;
  accounts.advance(TOKENS_ENDED_S);
  expect(await erasures.sweep()).toBe("erased");
  expect(await listed()).toEqual([]);
});

afterAll(async () => {
  expect(api.failures).toEqual([]);
  await accounts.close();
});

function erase(asked: Ask = { token: mia.token }, password = PASSWORD): Promise<Answer> {
  return api.ask("/v1/account", { method: "DELETE", body: { password }, ...asked });
}

/** Closed accounts that are not erased everywhere yet, as the authentication service has them. */
const listed = (): Promise<readonly string[]> => accounts.auth.service.erasures.list();

/** Closes Mia's account in the authentication service alone, as if the rest had been broken off. */
const close = (): Promise<unknown> => accounts.auth.service.erasures.begin(mia.id);

/** After it no access token of a closed account is good any more. */
const TOKENS_ENDED_S = ACCESS_TOKEN_LIFETIME_S + 61;

const storedTags = async (): Promise<number> =>
  (await api.store.forOwner(mia.id as OwnerId).tags({ limit: 10 })).items.length;

describe("DELETE /v1/account", () => {
  it("has the account closed first, passes on what proves the owner, and then erases", async () => {
    const answer = await erase();
    expect([answer.status, answer.text]).toEqual([204, ""]);
    const calls = accounts.calls.filter(({ method }) => method !== "GET");
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "DELETE /account",
      `DELETE /erasures/${mia.id}`,
    ]);
    expect(calls[0]).toMatchObject({ accessToken: mia.token, clientAddress: "192.0.2.1" });
    expect(erased).toEqual([mia.id]);
    expect(await storedTags()).toBe(0);
    expect((await api.ask("/v1/tags", { token: mia.token })).status).toBe(401);
  });

  it("erases nothing when the password is wrong, or attempts are too many", async () => {
    for (let i = 0; i < 10; i++) expect((await erase(undefined, "wrong")).status).toBe(400);
    expect((await erase()).status).toBe(429);
    expect(await storedTags()).toBe(1);
  });

  it("erases nothing without the second factor, and says what is missing", async () => {
    const ask = { method: "POST", token: mia.token };
    const begun = await api.ask("/v1/auth/second-factors/totp", { ...ask, body: { password: PASSWORD } });
    const { secret } = begun.body as unknown as { secret: string };
    const confirmation = { ...ask, body: { code: accounts.nextCode(secret) } };
    expect((await api.ask("/v1/auth/second-factors/totp/confirm", confirmation)).status).toBe(200);
    const refused = await erase();
    expect(refused.body.type).toBe("/v1/problems/second-factor-required");
    expect(refused.body).toMatchObject({ status: 401, methods: ["totp", "recovery-code"] });
    const wrong = { token: mia.token, body: { password: PASSWORD, code: "000000" } };
    expect((await erase(wrong)).body.type).toBe("/v1/problems/wrong-credentials");
    expect(await storedTags()).toBe(1);
    const right = { token: mia.token, body: { password: PASSWORD, code: accounts.nextCode(secret) } };
    expect((await erase(right)).status).toBe(204);
    expect(await storedTags()).toBe(0);
  });

  it("erases nothing when the authentication service is away", async () => {
    await api.ask("/v1/tags", { token: mia.token });
    accounts.isAway = true;
    expect((await erase()).status).toBe(503);
    expect(await storedTags()).toBe(1);
  });

  it("says that something is left over when the store fails, and a sweep erases it later", async () => {
    fault = Object.assign(new Error("sealed"), { code: "VAULT_SEALED" });
    expect((await erase()).status).toBe(202);
    expect(failures).toEqual([fault]);
    expect(await erasures.sweep()).toBe("left-over");
    expect(await listed()).toEqual([mia.id]);
    fault = undefined;
    accounts.advance(TOKENS_ENDED_S);
    expect(await erasures.sweep()).toBe("erased");
    expect(await storedTags()).toBe(0);
    expect(await listed()).toEqual([]);
  });

  it("takes its cookies from a page of this origin", async () => {
    const own = { cookie: `__Host-access=${mia.token}`, "sec-fetch-site": "same-origin" };
    const answer = await erase({ headers: own });
    expect(answer.status).toBe(204);
    expect(answer.headers.getSetCookie().join()).toMatch(/__Host-access=;.*__Host-refresh=;/);
  });

  it("leaves the tag to nobody, and its code used: who finds it cannot claim it", async () => {
    const code = createClaimCode();
    await api.store.registry.register("cat-left-behind" as TagId, code, NOW_S as UnixSeconds);
    const claim = ({ token }: TestOwner) =>
      api.ask("/v1/tags/claim", { method: "POST", token, body: { code } });
    expect((await claim(mia)).status).toBe(201);
    const given = await accounts.owner();
    expect((await erase()).status).toBe(204);
    expect((await claim(given)).status).toBe(400);
    const { token } = await accounts.owner(["operator"]);
    const { items } = (await api.ask("/v1/operator/tags", { token })).body;
    expect(items).toContainEqual(expect.objectContaining({ id: "cat-left-behind", standing: "unclaimed" }));
  });

  it("ends what was shared: the viewer's reads and streams, and what the owner was shown", async () => {
    const friend = await accounts.owner();
    const friends = await api.claimedTag(friend);
    const share = async (owner: TestOwner, id: TagId, viewer: TestOwner): Promise<void> => {
      const ask = { method: "POST", token: owner.token, body: { kind: "history" } };
      const { code } = (await api.ask(`/v1/tags/${id}/shares`, ask)).body;
      await api.ask("/v1/shares/accept", { method: "POST", token: viewer.token, body: { code } });
    };
    await share(mia, tag, friend);
    await share(friend, friends, mia);
    await record(api.store, tag, [fixAt(api.nowS + 1)], { first: 2 });
    const [hers, mias] = [
      await api.follow(`/v1/tags/${tag}/live`, friend.token),
      await api.follow(`/v1/tags/${tag}/live`, mia.token),
    ];
    for (let i = 0; i < 2; i++) await hers();
    // The owner reads the state of the tag too.
    for (let i = 0; i < 3; i++) await mias();
    expect((await erase()).status).toBe(204);
    await api.live.look();
    expect(await hers()).toContain('"reason":"not-found"');
    expect(await mias()).toContain('"reason":"session-ended"');
    expect((await api.ask(`/v1/tags/${tag}/locations`, { token: friend.token })).status).toBe(404);
    expect((await api.ask("/v1/shares", { token: friend.token })).body.items).toEqual([]);
    expect((await api.ask(`/v1/tags/${friends}/shares`, { token: friend.token })).body.items).toEqual([]);
  });
});

describe("an erasure that was broken off", () => {
  it("is finished by the next sweep: the account is on the list although the store has all of it", async () => {
    await close();
    expect(await erasures.sweep()).toBe("erased");
    expect(await storedTags()).toBe(0);
    accounts.advance(TOKENS_ENDED_S);
    expect(await erasures.sweep()).toBe("erased");
    expect(await listed()).toEqual([]);
  });

  it("is done again while the account's tokens may live, and leaves others alone", async () => {
    const friend = await accounts.owner();
    await api.claimedTag(friend);
    await close();
    for (let i = 0; i < 2; i++) expect(await erasures.sweep()).toBe("erased");
    expect(erased).toEqual([mia.id, mia.id]);
    expect((await api.ask("/v1/tags", { token: friend.token })).body.items).toHaveLength(1);
  });

  it("takes what a request wrote that was let in just before the end", async () => {
    expect((await erase()).status).toBe(204);
    const code = createClaimCode();
    await api.store.registry.register("cat-too-late" as TagId, code, NOW_S as UnixSeconds);
    const view = api.store.forOwner(mia.id as OwnerId);
    expect(await view.claim(code, "Late")).toMatchObject({ id: "cat-too-late" });
    expect(await storedTags()).toBe(1);
    expect(await erasures.sweep()).toBe("erased");
    expect(await storedTags()).toBe(0);
  });

  it("is one erasure when two ask for it at once", async () => {
    await close();
    await Promise.all([erasures.erase(mia.id as OwnerId), erasures.sweep()]);
    expect(erased).toEqual([mia.id]);
  });

  it.each([
    ["is away", { kind: "unavailable" } as const],
    ["answers nonsense", authAnswer(200, { items: ["../x"] })],
  ])("waits while the authentication service %s", async (_, answer) => {
    const understood: unknown[] = [];
    const lost = new OwnerDataErasure({
      report: { understood: (...told) => void understood.push(told) },
      auth: { call: () => Promise.resolve(answer) },
      forOwner: () => ({ eraseOwner: () => Promise.reject(new Error("nobody asked for this")) }),
      onFailure: (error) => void failures.push(error),
    });
    expect(await lost.sweep()).toBe("left-over");
    expect(failures).toEqual([]);
    expect(understood).toEqual(answer.kind === "answer" ? [["erasures", false]] : []);
  });

  it("is taken up at start, and sooner again while something is left over", async () => {
    const outcomes = ["left-over", "erased"] as const;
    const stopping = new AbortController();
    let sweeps = 0;
    const sweep = () => {
      const outcome = outcomes[Math.min(sweeps++, 1)] ?? "erased";
      if (outcome === "erased") stopping.abort();
      return Promise.resolve(outcome);
    };
    const time = new ManualTime();
    const following = followErasures({ sweep }, time, stopping.signal);
    await time.advanceInTurns(999);
    expect(sweeps).toBe(1);
    await time.advanceInTurns(1);
    await following;
    expect(sweeps).toBe(2);
  });
});
