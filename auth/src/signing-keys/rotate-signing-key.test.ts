import { openSecretFolder } from "@purrimeter/secrets/secret-folder";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import type { JSONWebKeySet } from "jose";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ACCESS_TOKEN_LIFETIME_S } from "@purrimeter/auth-api/access-tokens";
import { AccessTokens } from "../login/access-tokens.ts";
import { readSigningKeys } from "./read-signing-keys.ts";
import { JWKS_MAX_AGE_S, rotateSigningKey } from "./rotate-signing-key.ts";

let folder: string;
let nowS = 1_800_000_000;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purrimeter-keys-"));
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(join(folder, "signing-key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }), {
    mode: 0o600,
  });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** One step at the test's time; files get that time too. */
function rotate(): ReturnType<typeof rotateSigningKey> {
  const before = new Set(readdirSync(folder));
  const step = rotateSigningKey(folder, nowS * 1_000);
  for (const name of readdirSync(folder)) if (!before.has(name)) utimesSync(join(folder, name), nowS, nowS);
  return step;
}

function open(): Promise<AccessTokens> {
  const keys = readSigningKeys(openSecretFolder(folder));
  return AccessTokens.open({ ...keys, issuer: "i", audience: "a", now: () => nowS });
}

test("a rotation is introduced, promoted and retired, each in its time", () => {
  const did = [];
  for (let step = rotate(); ; step = rotate()) {
    did.push(step.did);
    if (step.againAfterS === undefined) break;
    nowS += step.againAfterS - 1;
    expect(rotate()).toEqual({ did: "waited", againAfterS: 1 });
    nowS += 1;
  }
  expect(did).toEqual(["introduced", "promoted", "retired"]);
  expect(readdirSync(folder)).toEqual(["signing-key.pem"]);
});

test("no token of a live session is ever unknown to a cloud-api that keeps keys as long as it may", async () => {
  interface Kept {
    readonly jwks: JSONWebKeySet;
    readonly untilS: number;
  }
  const alive: { token: string; untilS: number }[] = [];
  let kept: Kept = { jwks: { keys: [] }, untilS: 0 };
  let nextS = nowS + 100;
  const kids = new Set<string>();
  for (const endS = nowS + 3_000; nowS < endS; nowS += 30) {
    if (nowS >= nextS) nextS = nowS + (rotate().againAfterS ?? Infinity);
    const tokens = await open();
    const token = await tokens.issue({ id: "o", roles: ["owner"], isMailVerified: true }, "s");
    kids.add(String(decodeProtectedHeader(token).kid));
    alive.push({ token, untilS: nowS + ACCESS_TOKEN_LIFETIME_S });
    if (nowS >= kept.untilS) kept = { jwks: tokens.jwks, untilS: nowS + JWKS_MAX_AGE_S };
    const keySet = createLocalJWKSet(kept.jwks);
    for (const { token: old } of alive.filter(({ untilS }) => untilS > nowS))
      await jwtVerify(old, keySet, { algorithms: ["ES256"], currentDate: new Date(nowS * 1_000) });
  }
  expect(kids.size).toBe(2);
});

test("files of keys are for the service alone", () => {
  rotate();
  nowS += 1_000;
  rotate();
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
});

test("an interrupted promotion is finished by the next call", async () => {
  rotate();
  nowS += 1_000;
  const next = (await open()).jwks.keys[1]?.kid;
  writeFileSync(join(folder, "signing-key-previous.pem"), "cut off", { mode: 0o600 });
  writeFileSync(join(folder, "signing-key-previous.pem.new"), "cut off", { mode: 0o600 });
  expect(rotate().did).toBe("promoted");
  expect((await open()).jwks.keys.map(({ kid }) => kid)).toHaveLength(2);
  expect((await open()).jwks.keys[0]?.kid).toBe(next);
});
