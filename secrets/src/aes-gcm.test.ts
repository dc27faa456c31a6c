import { createSecretKey, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { GCM_OVERHEAD_BYTES, openBytes, sealBytes } from "./aes-gcm.ts";

const KEY = createSecretKey(randomBytes(32));
const PLAIN = Buffer.from("51.5 N 0.1 W");
const ADDITIONAL = Buffer.from("tag-1");

test("opens what it sealed", () => {
  expect(openBytes(KEY, sealBytes(KEY, PLAIN, ADDITIONAL), ADDITIONAL)?.equals(PLAIN)).toBe(true);
});

test("never seals the same bytes the same way", () => {
  const sealed = Array.from({ length: 3_000 }, () =>
    sealBytes(KEY, PLAIN, ADDITIONAL).toString("hex", 0, 12),
  );
  expect(new Set(sealed).size).toBe(3_000);
});

test("opens nothing with a flipped bit, another key or other additional data", () => {
  const sealed = sealBytes(KEY, PLAIN, ADDITIONAL);
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed);
    changed[i] = (changed[i] ?? 0) ^ 1;
    expect(openBytes(KEY, changed, ADDITIONAL)).toBeUndefined();
  }
  expect(openBytes(createSecretKey(randomBytes(32)), sealed, ADDITIONAL)).toBeUndefined();
  expect(openBytes(KEY, sealed, Buffer.from("tag-2"))).toBeUndefined();
  expect(openBytes(KEY, sealed.subarray(0, GCM_OVERHEAD_BYTES - 1), ADDITIONAL)).toBeUndefined();
});
