import { afterEach, beforeEach, expect, test } from "vitest";
import { KeyCache } from "./key-cache.ts";
import type { KeyRing } from "@purrimeter/secrets/key-ring";
import type { OwnerId } from "../reading/owner-id.ts";
import { openSqliteHarness, type SqliteHarness } from "../testing/sqlite-harness.ts";
import { claimed } from "../testing/store-harness.ts";
import type { TagId } from "@purrimeter/protocol/values";

const ADA = "ada" as OwnerId;
const TAG = "mimi" as TagId;

let harness: SqliteHarness;
let cache: KeyCache;
let unwraps = 0;
let nowMs = 0;
let answer: (bytes: Buffer | "unknown-owner" | "unreadable") => Promise<typeof bytes>;

beforeEach(async () => {
  harness = openSqliteHarness();
  await claimed(harness, ADA, TAG);
  unwraps = 0;
  nowMs = 0;
  answer = (bytes) => Promise.resolve(bytes);
  const keyRing: KeyRing = Object.create(harness.keyRing) as KeyRing;
  keyRing.isErased = (owner) => harness.keyRing.isErased(owner);
  keyRing.unwrap = async (owner, wrapped) => {
    unwraps++;
    return answer(await harness.keyRing.unwrap(owner, wrapped));
  };
  cache = new KeyCache(harness.database, keyRing, () => nowMs);
});
afterEach(async () => {
  cache.close();
  await harness.close();
});

function keyId(): number {
  return harness.database.prepare("SELECT id FROM sealing_key LIMIT 1").pluck().get() as number;
}

test("a key is unwrapped once in five minutes, whatever others commit", async () => {
  await cache.get(keyId());
  for (nowMs = 0; nowMs < 300_000; nowMs += 10_000) {
    cache.doubt();
    expect(await cache.get(keyId())).toBeDefined();
  }
  expect(unwraps).toBe(1);
  nowMs = 300_000;
  await cache.get(keyId());
  expect(unwraps).toBe(2);
});

test("a rewrapped key is unwrapped again", async () => {
  await cache.get(keyId());
  await harness.keyRing.rotate(ADA);
  await harness.second.rewrapKeys(ADA);
  cache.doubt();
  expect(await cache.get(keyId())).toBeDefined();
  expect(unwraps).toBe(2);
});

test("all who wait for a key share one way to the key ring", async () => {
  const keys = await Promise.all(Array.from({ length: 100 }, () => cache.get(keyId())));
  expect(new Set(keys).size).toBe(1);
  expect(unwraps).toBe(1);
});

test("an erased owner's key is gone at once, also one that is on its way", async () => {
  const id = keyId();
  await cache.get(id);
  cache.forget(ADA);
  await harness.keyRing.destroy(ADA);
  expect(await cache.get(id)).toBeUndefined();
});

test("a key that arrives after its owner was erased is not kept", async () => {
  const id = keyId();
  const { promise, resolve } = Promise.withResolvers<void>();
  answer = (bytes) => promise.then(() => bytes);
  const late = cache.get(id);
  await harness.keyRing.destroy(ADA);
  cache.forget(ADA);
  resolve();
  await late;
  expect(await cache.get(id)).toBeUndefined();
});

test("another process's erasure ends a key by its row", async () => {
  const id = keyId();
  await cache.get(id);
  await harness.second.forOwner(ADA).eraseOwner();
  cache.doubt();
  expect(await cache.get(id)).toBeUndefined();
});

test("a key ring that cannot be reached is a fault, never an erased owner, and is asked again", async () => {
  answer = () => Promise.reject(new Error("unreachable"));
  await expect(cache.get(keyId())).rejects.toThrow("unreachable");
  answer = (bytes) => Promise.resolve(bytes);
  expect(await cache.get(keyId())).toBeDefined();
});
