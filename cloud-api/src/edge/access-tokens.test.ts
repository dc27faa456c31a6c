import { createHmac } from "node:crypto";
import { exportSPKI, importJWK } from "jose";
import type { CryptoKey } from "jose";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { UnixSeconds } from "@purrimeter/protocol/values";
import { AccessTokens } from "./access-tokens.ts";
import { EndedSessions } from "./ended-sessions.ts";
import { KeySet } from "./key-set.ts";
import type { FetchKeys } from "./key-set.ts";
import { AUDIENCE, ISSUER, makeTestKey, NOW_S, randomId, signToken } from "../testing/test-keys.ts";
import type { TestKey } from "../testing/test-keys.ts";
import { NO_REPORT } from "../testing/no-report.ts";

let key: TestKey;
let foreign: TestKey;
let nowS: number;
let nowMs: number;
let published: TestKey[];
let fetches: number;
let reachable: boolean;
let ended: EndedSessions;
let tokens: AccessTokens;

beforeAll(async () => {
  key = await makeTestKey("k1");
  foreign = await makeTestKey("k2");
});

beforeEach(() => {
  nowS = NOW_S;
  nowMs = 0;
  published = [key];
  fetches = 0;
  reachable = true;
  const fetchKeys: FetchKeys = () => {
    fetches += 1;
    if (!reachable) return Promise.resolve({ kind: "unavailable" });
    return Promise.resolve({ kind: "answer", body: { keys: published.map(({ jwk }) => jwk) } });
  };
  const now = (): UnixSeconds => nowS as UnixSeconds;
  ended = new EndedSessions(now);
  ended.heard();
  const keys = new KeySet(fetchKeys, () => nowMs, NO_REPORT);
  tokens = new AccessTokens({ issuer: ISSUER, audience: AUDIENCE, keys, ended, now });
});

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const payloadOf = (token: string): string => token.split(".")[1] ?? "";

describe("AccessTokens", () => {
  it("lets a valid token in and says whose it is", async () => {
    const [sub, sid] = [randomId(), randomId()];
    const token = await signToken(key, { sub, sid });
    const identity = {
      owner: sub,
      session: sid,
      roles: ["owner"],
      scopes: undefined,
      isMailVerified: true,
      expiresS: NOW_S + 600,
    };
    expect(await tokens.check(token)).toEqual(identity);
    expect(tokens.check(token), "the second time at once").toEqual(identity);
  });

  it("says what a personal access token is bound to", async () => {
    const check = async (scope: string) => tokens.check(await signToken(key, { scope }));
    expect(await check("tags:read locations:read")).toMatchObject({
      scopes: ["tags:read", "locations:read"],
    });
    expect(await check("")).toMatchObject({ scopes: [""] });
  });

  it.each([
    ["expired", { exp: NOW_S - 6, iat: NOW_S - 600 }],
    ["not valid yet", { nbf: NOW_S + 60 }],
    ["of another issuer", { iss: "https://evil.test" }],
    ["for another audience", { aud: "something-else" }],
    ["without an end", { exp: undefined }],
    ["of a clock that was ahead", { exp: NOW_S + 86_400, iat: NOW_S + 85_800 }],
    ["without a session", { sid: undefined }],
    ["without an owner", { sub: undefined }],
    ["for an owner that is no id", { sub: "../../etc" }],
    ["with roles as text", { roles: "owner" }],
    ["with scopes as a list", { scope: ["tags:read"] }],
  ])("refuses a token %s", async (_, claims) => {
    expect(await tokens.check(await signToken(key, claims))).toBe("invalid");
  });

  it.each([
    ["of another type", { typ: "JWT" }],
    ["without a type", { typ: undefined as never }],
    ["without a key id", { kid: undefined as never }],
    ["of an unknown key", { kid: "nobody" }],
    ["with a critical extension", { crit: ["b64"], b64: true }],
  ])("refuses a token %s", async (_, header) => {
    expect(await tokens.check(await signToken(key, {}, header))).toBe("invalid");
  });

  it("refuses a token that another key signed under our key's id", async () => {
    expect(await tokens.check(await signToken({ ...foreign, kid: "k1" }))).toBe("invalid");
  });

  it("refuses other texts of the same token: padding, and spare bits of a last digit", async () => {
    const token = await signToken(key);
    const last = token.at(-1) ?? "";
    const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const sameBytes = digits.charAt(digits.indexOf(last) + 1);
    const changed = `${token.slice(0, -1)}${sameBytes}`;
    expect(Buffer.from(changed.split(".")[2] ?? "", "base64url")).toEqual(
      Buffer.from(token.split(".")[2] ?? "", "base64url"),
    );
    for (const other of [changed, `${token}==`, `${token}=`, token.replace(".", "=.")])
      expect(await tokens.check(other), other).toBe("invalid");
    expect(await tokens.check(token)).not.toBe("invalid");
  });

  it.each(["jwk", "jku", "x5u", "x5c"])("refuses a token that brings its own key in %s", async (name) => {
    const value = {
      jwk: foreign.jwk,
      jku: "https://evil.test/keys",
      x5u: "https://evil.test/c",
      x5c: ["AAAA"],
    }[name];
    expect(await tokens.check(await signToken({ ...foreign, kid: "k1" }, {}, { [name]: value }))).toBe(
      "invalid",
    );
    expect(await tokens.check(await signToken(key, {}, { [name]: value }))).toBe("invalid");
  });

  it("refuses alg none, with and without the signature", async () => {
    const token = await signToken(key);
    const header = base64url({ alg: "none", typ: "at+jwt", kid: "k1" });
    expect(await tokens.check(`${header}.${payloadOf(token)}.`)).toBe("invalid");
    expect(await tokens.check(`${header}.${payloadOf(token)}.${token.split(".")[2]}`)).toBe("invalid");
  });

  it("refuses HS256 with our public key as the secret", async () => {
    const publicKey = (await importJWK(key.jwk, "ES256", { extractable: true })) as CryptoKey;
    const unsigned = `${base64url({ alg: "HS256", typ: "at+jwt", kid: "k1" })}.${payloadOf(await signToken(key))}`;
    for (const secret of [await exportSPKI(publicKey), JSON.stringify(key.jwk)]) {
      const signature = createHmac("sha256", secret).update(unsigned).digest("base64url");
      expect(await tokens.check(`${unsigned}.${signature}`)).toBe("invalid");
    }
  });

  it("refuses a changed payload, a cut token and what is none", async () => {
    const [header, payload = "", signature] = (await signToken(key)).split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
    const stolen = base64url({ ...claims, sub: randomId() });
    for (const token of [
      `${header}.${stolen}.${signature}`,
      `${header}.${payload}`,
      `${header}.${payload}.`,
      "",
      "a",
      "..",
      "a.b.c",
      "x".repeat(5_000),
    ])
      expect(await tokens.check(token), token.slice(0, 20)).toBe("invalid");
  });

  it("forgets a remembered token when it expires", async () => {
    const token = await signToken(key, { exp: NOW_S + 10 });
    expect(await tokens.check(token)).toMatchObject({ roles: ["owner"] });
    nowS = NOW_S + 16;
    expect(await tokens.check(token)).toBe("invalid");
  });

  it("refuses a token at once when its session has ended, remembered or not", async () => {
    const sid = randomId();
    const [token, other] = [await signToken(key, { sid }), await signToken(key, { sid })];
    expect(await tokens.check(token)).toMatchObject({ session: sid });
    ended.add(sid, NOW_S + 600);
    expect(tokens.check(token)).toBe("invalid");
    expect(await tokens.check(other)).toBe("invalid");
  });

  it("lets nobody in before it knows which sessions have ended", async () => {
    const unheard = new EndedSessions(() => nowS as UnixSeconds);
    const keys = new KeySet(
      () => Promise.resolve({ kind: "unavailable" }),
      () => nowMs,
      NO_REPORT,
    );
    const early = new AccessTokens({
      issuer: ISSUER,
      audience: AUDIENCE,
      keys,
      ended: unheard,
      now: () => nowS as UnixSeconds,
    });
    const token = await signToken(key);
    expect(await early.check(token)).toBe("unavailable");
    unheard.heard();
    expect(await early.check(token), "no keys yet").toBe("unavailable");
  });
});

describe("KeySet", () => {
  it("asks again for an unknown key, but not for every one", async () => {
    await tokens.check(await signToken(key));
    expect(fetches).toBe(1);
    for (let i = 0; i < 50; i++) await tokens.check(await signToken(key, {}, { kid: `made-up-${i}` }));
    expect(fetches).toBe(1);
    published = [key, foreign];
    nowMs = 2_000;
    expect(await tokens.check(await signToken(foreign))).toMatchObject({ roles: ["owner"] });
    expect(fetches).toBe(2);
  });

  it("keeps its keys while the service is away and drops a withdrawn one when it is back", async () => {
    expect(await tokens.check(await signToken(key))).toMatchObject({ roles: ["owner"] });
    reachable = false;
    nowMs = 301_000;
    expect(await tokens.check(await signToken(key))).toMatchObject({ roles: ["owner"] });
    reachable = true;
    published = [foreign];
    nowMs = 304_000;
    expect(await tokens.check(await signToken(key))).toBe("invalid");
  });

  it("asks once for many at the same time", async () => {
    const many = await Promise.all(Array.from({ length: 20 }, () => signToken(key)));
    await Promise.all(many.map(async (token) => tokens.check(token)));
    expect(fetches).toBe(1);
  });
});

describe("EndedSessions", () => {
  it("forgets sessions whose tokens have all expired", () => {
    ended.add("a", NOW_S + 10);
    ended.add("b", NOW_S + 100);
    nowS = NOW_S + 50;
    ended.heard();
    expect([ended.has("a"), ended.has("b"), ended.size]).toEqual([false, true, 1]);
  });
});
