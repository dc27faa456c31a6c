import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { createClaimCode } from "@purrimeter/store/claim-code";
import type { OwnerId } from "@purrimeter/store/owner-view";
import type { AppType } from "../app.ts";
import type { AuthAnswer, AuthCall } from "../edge/auth-service.ts";
import { OwnerDataErasure } from "./owner-data-erasure.ts";
import { followErasures } from "./follow-erasures.ts";
import { serviceProblem } from "../testing/auth-answers.ts";
import { makeTestApi } from "../testing/test-api.ts";
import type { TestApi, TestOwner } from "../testing/test-api.ts";
import { NOW_S } from "../testing/test-keys.ts";
import { fixAt, record } from "../testing/test-reports.ts";

const PROOF = { password: "three grey cats on a wall", code: "123456" };

/** What the authentication service does, as far as erasing goes: it closes the account of who asks, and keeps the list. */
class ClosedAccounts {
  readonly listed = new Set<string>();
  readonly calls: AuthCall[] = [];
  refusal: AuthAnswer | undefined;
  isAway = false;
  readonly #close: () => string;

  constructor(close: () => string) {
    this.#close = close;
  }

  readonly call = (call: AuthCall): Promise<AuthAnswer> => {
    this.calls.push(call);
    if (this.isAway) return Promise.resolve({ kind: "unavailable" });
    return Promise.resolve(this.#answer(call));
  };

  #answer({ method, path }: AuthCall): AuthAnswer {
    const answer = { kind: "answer", status: 204, body: undefined, retryAfter: undefined } as const;
    if (path === "/erasures") return { ...answer, status: 200, body: { items: [...this.listed] } };
    if (method === "DELETE") this.listed.delete(path.replace("/erasures/", ""));
    else if (this.refusal) return this.refusal;
    else this.listed.add(this.#close());
    return answer;
  }
}

let api: TestApi;
let mia: TestOwner;
let tag: TagId;
let auth: ClosedAccounts;
let erasures: OwnerDataErasure;
let app: AppType;
let failures: unknown[];
/** What the store throws when it is asked to erase. */
let fault: Error | undefined;
let erased: OwnerId[];

beforeEach(async () => {
  api = await makeTestApi();
  mia = await api.owner();
  tag = await api.claimedTag(mia);
  await record(api.store, tag, [fixAt(NOW_S - 60)]);
  auth = new ClosedAccounts(() => {
    api.ended.add(mia.session, NOW_S + 600);
    return mia.id;
  });
  [failures, erased, fault] = [[], [], undefined];
  erasures = new OwnerDataErasure({
    auth,
    forOwner: (owner) => ({
      eraseOwner: async () => {
        if (fault) throw fault;
        erased.push(owner);
        await api.store.forOwner(owner).eraseOwner();
      },
    }),
    onFailure: (error) => void failures.push(error),
  });
  app = api.appWith({ auth, erasures });
});

afterEach(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

async function erase(headers: Record<string, string> = bearer()): Promise<Response> {
  return app.request("http://localhost/v1/account", {
    method: "DELETE",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(PROOF),
  });
}

const bearer = (): Record<string, string> => ({ authorization: `Bearer ${mia.token}` });

const storedTags = async (): Promise<number> =>
  (await api.store.forOwner(mia.id as OwnerId).tags({ limit: 10 })).items.length;

describe("DELETE /v1/account", () => {
  it("has the account closed first, hands on what proves the owner, and then erases", async () => {
    const answer = await erase();
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
    expect(auth.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /account/erase",
      `DELETE /erasures/${mia.id}`,
    ]);
    expect(auth.calls[0]).toMatchObject({ accessToken: mia.token, body: PROOF });
    expect(erased).toEqual([mia.id]);
    expect(await storedTags()).toBe(0);
    expect((await api.ask("/v1/tags", { token: mia.token })).status).toBe(401);
  });

  it.each([
    ["invalid-request", 400],
    ["second-factor-required", 401],
    ["wrong-credentials", 401],
    ["too-many-requests", 429],
  ])("erases nothing when the authentication service answers %s", async (name, status) => {
    const body = serviceProblem(name, status, { challenge: "c", methods: ["totp"] });
    auth.refusal = { kind: "answer", status, body, retryAfter: undefined };
    const answer = await erase();
    expect(answer.status).toBe(status);
    const { challenge } = (await answer.json()) as { challenge?: string };
    expect(challenge).toBe(name === "second-factor-required" ? "c" : undefined);
    expect(await storedTags()).toBe(1);
  });

  it("erases nothing when the authentication service is away", async () => {
    auth.isAway = true;
    expect((await erase()).status).toBe(503);
    expect(await storedTags()).toBe(1);
  });

  it("says that something is left over when the store fails, and a sweep erases it later", async () => {
    fault = Object.assign(new Error("sealed"), { code: "VAULT_SEALED" });
    expect((await erase()).status).toBe(202);
    expect(failures).toEqual([fault]);
    expect(await erasures.sweep()).toBe("left-over");
    expect([...auth.listed]).toEqual([mia.id]);
    fault = undefined;
    expect(await erasures.sweep()).toBe("erased");
    expect(await storedTags()).toBe(0);
    expect([...auth.listed]).toEqual([]);
  });

  it("takes its cookies from a page of this origin", async () => {
    const own = { cookie: `__Host-access=${mia.token}`, "sec-fetch-site": "same-origin" };
    const answer = await erase(own);
    expect(answer.status).toBe(204);
    expect(answer.headers.getSetCookie().join()).toMatch(/__Host-access=;.*__Host-refresh=;/);
  });

  it("leaves the tag to nobody, and its code used: who finds it cannot claim it", async () => {
    const code = createClaimCode();
    api.store.registry.register("cat-left-behind" as TagId, code, NOW_S as UnixSeconds);
    const claim = ({ token }: TestOwner) =>
      api.ask("/v1/tags/claim", { method: "POST", token, body: { code } });
    expect((await claim(mia)).status).toBe(201);
    const given = await api.owner();
    expect((await erase()).status).toBe(204);
    expect((await claim(given)).status).toBe(400);
    const { token } = await api.owner(["operator"]);
    const { items } = (await api.ask("/v1/operator/tags", { token })).body;
    expect(items).toContainEqual(expect.objectContaining({ id: "cat-left-behind", standing: "unclaimed" }));
  });

  it("ends what was shared: the viewer's reads and streams, and what the owner was shown", async () => {
    const friend = await api.owner();
    const friends = await api.claimedTag(friend);
    const share = async (owner: TestOwner, id: TagId, viewer: TestOwner): Promise<void> => {
      const ask = { method: "POST", token: owner.token, body: { kind: "history" } };
      const { code } = (await api.ask(`/v1/tags/${id}/shares`, ask)).body;
      await api.ask("/v1/shares/accept", { method: "POST", token: viewer.token, body: { code } });
    };
    await share(mia, tag, friend);
    await share(friend, friends, mia);
    await record(api.store, tag, [fixAt(NOW_S + 1)], { first: 2 });
    const [hers, mias] = [
      await api.follow(`/v1/tags/${tag}/live`, friend.token),
      await api.follow(`/v1/tags/${tag}/live`, mia.token),
    ];
    for (const next of [hers, mias]) for (let i = 0; i < 2; i++) await next();
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
    auth.listed.add(mia.id);
    expect(await erasures.sweep()).toBe("erased");
    expect(await storedTags()).toBe(0);
    expect(auth.listed.size).toBe(0);
  });

  it("is done again when the authentication service lists it again, and leaves others alone", async () => {
    const friend = await api.owner();
    await api.claimedTag(friend);
    for (let i = 0; i < 2; i++) {
      auth.listed.add(mia.id);
      expect(await erasures.sweep()).toBe("erased");
    }
    expect(erased).toEqual([mia.id, mia.id]);
    expect((await api.ask("/v1/tags", { token: friend.token })).body.items).toHaveLength(1);
  });

  it("takes what a request wrote that was let in just before the end", async () => {
    expect((await erase()).status).toBe(204);
    const code = createClaimCode();
    api.store.registry.register("cat-too-late" as TagId, code, NOW_S as UnixSeconds);
    const view = api.store.forOwner(mia.id as OwnerId);
    expect(await view.claim(code, "Late")).toMatchObject({ id: "cat-too-late" });
    expect(await storedTags()).toBe(1);
    auth.listed.add(mia.id);
    expect(await erasures.sweep()).toBe("erased");
    expect(await storedTags()).toBe(0);
  });

  it("is one erasure when two ask for it at once", async () => {
    auth.listed.add(mia.id);
    await Promise.all([erasures.erase(mia.id as OwnerId), erasures.sweep()]);
    expect(erased).toEqual([mia.id]);
  });

  it.each([
    ["is away", { kind: "unavailable" } as const],
    [
      "answers nonsense",
      { kind: "answer", status: 200, body: { items: ["../x"] }, retryAfter: undefined } as const,
    ],
  ])("waits while the authentication service %s", async (_, answer) => {
    const lost = new OwnerDataErasure({
      auth: { call: () => Promise.resolve(answer) },
      forOwner: () => ({ eraseOwner: () => Promise.reject(new Error("nobody asked for this")) }),
      onFailure: (error) => void failures.push(error),
    });
    expect(await lost.sweep()).toBe("left-over");
    expect(failures).toEqual([]);
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
    const following = followErasures({ sweep }, stopping.signal);
    await Promise.race([following, sleep(15_000, undefined, { ref: false })]);
    expect(sweeps).toBe(2);
  });
});
