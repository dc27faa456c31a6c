import { attemptSchema, type AttemptResult } from "@purrimeter/notifier/attempt";
import type { LatE7, LonE7, TagId, UnixSeconds } from "@purrimeter/protocol/values";
import { seededRandom } from "@purrimeter/service/testing/seeded-random";
import type { AlertFacts, AlertId } from "@purrimeter/store/alert";
import type { AlertEndpoint } from "@purrimeter/store/alert-channel";
import type { AlertChannelId } from "@purrimeter/store/alert-rule";
import type { DeliveryTask } from "@purrimeter/store/alert-work";
import type { OwnerId } from "@purrimeter/store/owner-id";
import { describe, expect, test } from "vitest";
import { authContacts } from "./contacts.ts";
import { DeliveryPool } from "./delivery-pool.ts";
import { endpointOf } from "./endpoint-of.ts";
import { messageOf } from "./message-of.ts";
import { resultOf } from "./result-of.ts";
import { SCHEDULE_S } from "./retry-times.ts";

const NOW_S = 1_800_000_000;
const NOW_MS = NOW_S * 1_000;
const ID = "a".repeat(26);
const random = seededRandom(1);
const place = { latE7: 475_000_000 as LatE7, lonE7: 85_000_000 as LonE7, accuracyDm: 45 };
const facts: AlertFacts = {
  tagName: "Mia",
  at: NOW_S as UnixSeconds,
  place,
  lastHeardAt: (NOW_S - 60) as UnixSeconds,
};
const hook: Extract<AlertEndpoint, { kind: "webhook" }> = {
  ...{ kind: "webhook", url: "https://hooks.example/x", withPlace: false },
  secrets: ["N", "O"].map((one) => `whsec_${one.repeat(32)}`),
  keys: ["N", "O"].map((one) => `whsk_${one.repeat(43)}=`),
  formerUntil: (NOW_S + 10) as UnixSeconds,
};

function taskFor(endpoint: AlertEndpoint | undefined, more: Partial<DeliveryTask> = {}): DeliveryTask {
  const stages = {
    decidedAt: undefined,
    sentAt: undefined,
    storedAt: undefined,
    handedAt: undefined,
    deliveredAt: undefined,
  };
  return {
    ...{ lease: "l", id: ID, account: "ada" as OwnerId, channel: "c" as AlertChannelId, endpoint },
    alert: {
      id: "b".repeat(26) as AlertId,
      kind: "silent",
      tag: "cat-1" as TagId,
      createdAt: NOW_S as UnixSeconds,
      stages,
      facts,
    },
    ...{
      proofCode: undefined,
      preferences: { language: "en", timeZone: "UTC" },
      attempts: 0,
      firstAttemptAt: undefined,
      isFailing: false,
    },
    ...more,
  };
}

const sentTo = (endpoint: AlertEndpoint | undefined, more: Partial<DeliveryTask> = {}) =>
  messageOf(taskFor(endpoint, more), "https://cats.example", NOW_S);

describe("a message", () => {
  test("of every kind of channel is one that the notifier takes", () => {
    const endpoints: readonly AlertEndpoint[] = [
      { kind: "email", address: "a@example.org" },
      hook,
      { kind: "push", url: "https://push.example/x", p256dh: "AAAA", auth: "AAAA" },
      { kind: "ntfy", url: "https://ntfy.example/x", token: "t" },
    ];
    for (const endpoint of endpoints)
      for (const proofCode of [undefined, "K7RM2XQA"]) {
        const message = sentTo(endpoint, { proofCode });
        expect(
          attemptSchema.safeParse({ id: ID, endpoint: endpointOf(endpoint, NOW_S), message }).error,
        ).toBeUndefined();
      }
  });

  test("a webhook gets no place and no name unless the owner wants it", () => {
    expect(sentTo(hook).data).toEqual({
      ...{ alert: "b".repeat(26), kind: "silent", tag: "cat-1", at: "2027-01-15T08:00:00.000Z" },
      url: `https://cats.example/v1/alerts/${"b".repeat(26)}`,
    });
    expect(sentTo({ ...hook, withPlace: true }).data["place"]).toEqual({
      lat: 47.5,
      lon: 8.5,
      accuracyM: 4.5,
    });
    expect(JSON.stringify(sentTo({ kind: "ntfy", url: "https://ntfy.example/x" }))).not.toMatch(
      /47\.5|475000000/u,
    );
  });

  test("by mail ends with how to change what is told, and a proof tells its code and nothing of the account", () => {
    expect(sentTo(undefined).text).toMatch(
      /To change what you are told, and where: https:\/\/cats\.example\n$/u,
    );
    const proof = sentTo(hook, { proofCode: "K7RM2XQA" });
    expect(proof).toMatchObject({ type: "channel.proof", data: { code: "K7RM2XQA" } });
    expect(JSON.stringify(proof)).not.toMatch(/Mia|cat-1/u);
  });
});

test("a former secret and key sign until their time is over", () => {
  expect(endpointOf(hook, NOW_S)).toMatchObject({ secrets: hook.secrets, keys: hook.keys });
  expect(endpointOf(hook, NOW_S + 10)).toMatchObject({
    secrets: hook.secrets.slice(0, 1),
    keys: hook.keys.slice(0, 1),
  });
});

describe("the result of an attempt", () => {
  const after = (attempts: number, answer: AttemptResult) =>
    resultOf({ attempts, firstAttemptAt: NOW_MS }, answer, NOW_MS, random);
  const failed = { outcome: "failed", reason: "answered 500", tls: "TLSv1.3" } as const;

  test("that failed is tried again by the schedule, a fifth earlier or later, and then no more", () => {
    for (const [attempts, waitS] of SCHEDULE_S.slice(1).entries()) {
      const result = after(attempts, failed);
      if (result.kind !== "retry") throw new Error(result.kind);
      expect(result).toMatchObject({ error: "answered 500", tls: "TLSv1.3" });
      expect(result.nextAtMs - NOW_MS).toBeGreaterThanOrEqual(waitS * 800);
      expect(result.nextAtMs - NOW_MS).toBeLessThanOrEqual(waitS * 1_200);
    }
    expect(after(SCHEDULE_S.length - 1, failed)).toEqual({
      kind: "failed",
      error: "answered 500",
      tls: "TLSv1.3",
    });
  });

  test("waits as long as the endpoint asks, and not less than the schedule says", () => {
    expect(after(0, { ...failed, retryAfterS: 3_600 })).toMatchObject({ nextAtMs: NOW_MS + 3_600_000 });
    const longer = after(3, { ...failed, retryAfterS: 1 });
    expect(longer.kind === "retry" && longer.nextAtMs > NOW_MS + 3_600_000).toBe(true);
  });

  test.each([
    ["delivered", { kind: "delivered", atMs: NOW_MS, tls: undefined }],
    ["gone", { kind: "gone", error: "r", tls: undefined }],
    ["rejected", { kind: "failed", error: "r", tls: undefined }],
    ["not-allowed", { kind: "failed", error: "not allowed: r", tls: undefined }],
  ] as const)("%s is final", (outcome, expected) => {
    expect(after(0, { outcome, reason: "r" })).toEqual(expected);
  });

  test.each(["failed", "gone", "rejected"] as const)(
    "%s has the status for who looks after it",
    (outcome) => {
      expect(after(0, { outcome, reason: "r", status: 502 })).toMatchObject({ error: "r (502)" });
    },
  );

  test("that nobody knows is no attempt: an endpoint that was not asked has all of its schedule left", () => {
    const away = { outcome: "no-answer", reason: "nothing listens there", code: "ECONNREFUSED" } as const;
    const first = resultOf({ attempts: 0, firstAttemptAt: NOW_MS }, away, NOW_MS + 20, random);
    expect(first).toMatchObject({ kind: "retry", isUnasked: true });
    expect(first.kind === "retry" && first.nextAtMs - NOW_MS <= 1_220).toBe(true);
    expect(after(0, failed)).not.toHaveProperty("isUnasked");
  });

  test("that nobody knows is asked for again soon, for five days, and what the notifier does not take never", () => {
    const unknown = { outcome: "no-answer", reason: "nothing listens there", code: "ECONNREFUSED" } as const;
    const at = (nowMs: number) => resultOf({ attempts: 40, firstAttemptAt: NOW_MS }, unknown, nowMs, random);
    const result = at(NOW_MS + 86_400_000);
    expect(result.kind === "retry" && result.nextAtMs - NOW_MS - 86_400_000 <= 72_000).toBe(true);
    expect(at(NOW_MS + 6 * 86_400_000)).toMatchObject({ kind: "failed", error: "nothing listens there" });
    const refused = { outcome: "no-answer", reason: "not taken", code: "none", status: 400 } as const;
    expect(resultOf({ attempts: 0, firstAttemptAt: undefined }, refused, NOW_MS, random).kind).toBe("failed");
  });
});

describe("the pool", () => {
  test("has room for others while a channel or an account hangs, and none beyond the total", async () => {
    const pool = new DeliveryPool({ total: 5, perAccount: 3, perChannel: 2, perHost: 5, unsure: 5 });
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const begin = (account: string, channel: string): boolean =>
      pool.begin(
        taskFor(undefined, { account: account as OwnerId, channel: channel as AlertChannelId }),
        () => promise,
      );
    expect([begin("a", "1"), begin("a", "1"), begin("a", "1")]).toEqual([true, true, false]);
    expect([begin("a", "2"), begin("a", "3")]).toEqual([true, false]);
    expect([begin("b", "1"), begin("b", "2"), begin("c", "1")]).toEqual([true, true, false]);
    resolve(undefined);
    await pool.drained();
    expect([pool.free, begin("a", "1")]).toEqual([5, true]);
    await pool.drained();
  });
});

test("the pool has no more under way to one host than the notifier takes", async () => {
  const pool = new DeliveryPool({ total: 9, perAccount: 9, perChannel: 9, perHost: 2, unsure: 9 });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const begin = (account: string, endpoint: AlertEndpoint | undefined): boolean =>
    pool.begin(taskFor(endpoint, { account: account as OwnerId }), () => promise);
  const topic = (name: string) => ({ kind: "ntfy", url: `https://ntfy.example/${name}` }) as const;
  expect([begin("a", topic("1")), begin("b", topic("2")), begin("c", topic("3"))]).toEqual([
    true,
    true,
    false,
  ]);
  const mail = { kind: "email", address: "a@example.org" } as const;
  expect([begin("a", mail), begin("b", undefined), begin("c", mail)]).toEqual([true, true, false]);
  resolve(undefined);
  await pool.drained();
  expect(begin("c", topic("3"))).toBe(true);
  await pool.drained();
});

test("endpoints of many accounts that hang leave half of the pool to those that work", async () => {
  const pool = new DeliveryPool({ total: 6, perAccount: 2, perChannel: 2, perHost: 6, unsure: 3 });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let accounts = 0;
  const begin = (more: Partial<DeliveryTask>): boolean =>
    pool.begin(taskFor(hook, { ...more, account: `a${accounts++}` as OwnerId }), () => promise);
  const hanging = [{ proofCode: "K7RM2XQA" }, { attempts: 1 }, { isFailing: true }] as const;
  expect(hanging.map(begin)).toEqual([true, true, true]);
  expect(hanging.map(begin)).toEqual([false, false, false]);
  expect([begin({}), begin({}), begin({}), begin({})]).toEqual([true, true, true, false]);
  resolve(undefined);
  await pool.drained();
});

test("the address is auth's, and nothing else that it may answer", async () => {
  const answers = (status: number, body: unknown) =>
    authContacts({
      send: () => Promise.resolve({ kind: "answer", status, headers: {}, text: "", body }),
    }).contactOf("ada");
  expect(await answers(200, { address: "a@example.org" })).toEqual({
    kind: "address",
    address: "a@example.org",
  });
  expect(await answers(200, { address: null })).toEqual({ kind: "none" });
  for (const [status, body] of [
    [403, {}],
    [500, undefined],
    [200, { address: 7 }],
  ] as const)
    expect(await answers(status, body)).toMatchObject({ kind: "unavailable" });
  const away = authContacts({
    send: () => Promise.resolve({ kind: "timeout", code: "ETIMEDOUT", reason: "no answer in time" }),
  });
  expect(await away.contactOf("ada")).toEqual({ kind: "unavailable", reason: "no answer in time" });
});
