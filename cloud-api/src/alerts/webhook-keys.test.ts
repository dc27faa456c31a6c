import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { expect, it } from "vitest";
import { isSubscriptionKey, isSubscriptionSecret } from "./push-key-pair.ts";
import { newWebhookKey, newWebhookSecret, publicWebhookKey } from "./webhook-keys.ts";

it("the public key of a webhook verifies what its key signs", () => {
  const key = newWebhookKey();
  const seed = Buffer.from(key.replace("whsk_", ""), "base64");
  const x = Buffer.from(publicWebhookKey(key).replace("whpk_", ""), "base64").toString("base64url");
  const secret = createPrivateKey({
    ...{ format: "jwk", key: { kty: "OKP", crv: "Ed25519", d: seed.toString("base64url"), x } },
  });
  const signature = sign(null, Buffer.from("a"), secret);
  const open = createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x } });
  expect(verify(null, Buffer.from("a"), open, signature)).toBe(true);
});

it("is that of RFC 8032, section 7.1, test 1", () => {
  const seed = Buffer.from("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "hex");
  const open = Buffer.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "hex");
  expect(publicWebhookKey(`whsk_${seed.toString("base64")}`)).toBe(`whpk_${open.toString("base64")}`);
});

it("secrets and keys have 32 bytes and differ", () => {
  const made = [newWebhookSecret(), newWebhookSecret(), newWebhookKey(), newWebhookKey()];
  expect(new Set(made).size).toBe(4);
  for (const text of made) expect(text).toMatch(/^whs(ec|k)_[A-Za-z0-9+/]{43}=$/);
});

/** RFC 8291, appendix A. */
const POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const SECRET = "BTBZMqHH6r4Tts7J_aSIgg";

it("a subscription's key is a point of the curve", () => {
  expect(isSubscriptionKey(POINT)).toBe(true);
  const off = Buffer.from(POINT, "base64url");
  off[64] = (off[64] ?? 0) ^ 1;
  for (const text of [
    "",
    "AAAA",
    POINT.slice(0, -2),
    off.toString("base64url"),
    `${POINT}AA`,
    "B".repeat(87),
  ])
    expect(isSubscriptionKey(text), text).toBe(false);
});

it("a subscription's secret has 16 bytes", () => {
  expect(isSubscriptionSecret(SECRET)).toBe(true);
  for (const text of ["", "AAAA", `${SECRET}A`, SECRET.slice(1)])
    expect(isSubscriptionSecret(text)).toBe(false);
});
