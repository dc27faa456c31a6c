import { createSecretKey, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { GCM_OVERHEAD_BYTES, openBytes, sealBytes } from "./aes-gcm.ts";

const KEY = createSecretKey(randomBytes(32));
const PLAIN = Buffer.from("51.5 N 0.1 W");
const ADDITIONAL = Buffer.from("tag-1");

const LAYOUTS = ["tag-first", "tag-last"] as const;

test.each(LAYOUTS)("opens what it sealed, %s", (layout) => {
  const sealed = sealBytes(KEY, PLAIN, ADDITIONAL, layout);
  expect(openBytes(KEY, sealed, ADDITIONAL, layout)?.equals(PLAIN)).toBe(true);
  const nothing = sealBytes(KEY, Buffer.alloc(0), ADDITIONAL, layout);
  expect(openBytes(KEY, nothing, ADDITIONAL, layout)).toHaveLength(0);
});

test("lays the same bytes out with the tag before or behind the ciphertext", () => {
  const sealed = sealBytes(KEY, PLAIN, ADDITIONAL);
  const [nonce, tag, body] = [sealed.subarray(0, 12), sealed.subarray(12, 28), sealed.subarray(28)];
  const other = Buffer.concat([nonce, body, tag]);
  expect(openBytes(KEY, other, ADDITIONAL, "tag-last")?.equals(PLAIN)).toBe(true);
  expect(openBytes(KEY, other, ADDITIONAL)).toBeUndefined();
});

test("never seals the same bytes the same way", () => {
  const sealed = Array.from({ length: 3_000 }, () =>
    sealBytes(KEY, PLAIN, ADDITIONAL).toString("hex", 0, 12),
  );
  expect(new Set(sealed).size).toBe(3_000);
});

test.each(LAYOUTS)("opens nothing with a flipped bit, another key or other additional data, %s", (layout) => {
  const sealed = sealBytes(KEY, PLAIN, ADDITIONAL, layout);
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed);
    changed[i] = (changed[i] ?? 0) ^ 1;
    expect(openBytes(KEY, changed, ADDITIONAL, layout)).toBeUndefined();
  }
  expect(openBytes(createSecretKey(randomBytes(32)), sealed, ADDITIONAL, layout)).toBeUndefined();
  expect(openBytes(KEY, sealed, Buffer.from("tag-2"), layout)).toBeUndefined();
  expect(openBytes(KEY, sealed.subarray(0, GCM_OVERHEAD_BYTES - 1), ADDITIONAL, layout)).toBeUndefined();
});
