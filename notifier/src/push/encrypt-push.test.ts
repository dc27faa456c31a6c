import { createDecipheriv, createECDH, hkdfSync } from "node:crypto";
import { expect, test } from "vitest";
import { encryptPush, MAX_PLAIN_BYTES } from "./encrypt-push.ts";

/** RFC 8291, appendix A. */
const EXAMPLE = {
  text: "When I grow up, I want to be a watermelon",
  ourKey: "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
  theirKey: "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94",
  p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
  salt: "DGv6ra1nlYgDCS1FRnbzlw",
  message:
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
};

const bytes = (text: string): Buffer => Buffer.from(text, "base64url");

/** As a browser reads it. */
function decrypt(message: Buffer): Buffer {
  const keys = createECDH("prime256v1");
  keys.setPrivateKey(bytes(EXAMPLE.theirKey));
  const [salt, ours] = [message.subarray(0, 16), message.subarray(21, 86)];
  const hkdf = (input: Buffer, by: Buffer, info: Buffer | string, length: number): Buffer =>
    Buffer.from(hkdfSync("sha256", input, by, info, length));
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), bytes(EXAMPLE.p256dh), ours]);
  const input = hkdf(keys.computeSecret(ours), bytes(EXAMPLE.auth), info, 32);
  const [key, nonce] = [
    hkdf(input, salt, "Content-Encoding: aes128gcm\0", 16),
    hkdf(input, salt, "Content-Encoding: nonce\0", 12),
  ];
  const decipher = createDecipheriv("aes-128-gcm", key, nonce).setAuthTag(message.subarray(-16));
  return Buffer.concat([decipher.update(message.subarray(86, -16)), decipher.final()]);
}

test("gives the message of RFC 8291's own example", () => {
  const keys = createECDH("prime256v1");
  keys.setPrivateKey(bytes(EXAMPLE.ourKey));
  const message = encryptPush(Buffer.from(EXAMPLE.text), EXAMPLE, 0, { salt: bytes(EXAMPLE.salt), keys });
  expect(message?.toString("base64url")).toBe(EXAMPLE.message);
});

test("has new keys and a new salt each time, and zeros after the text", () => {
  const [first, second] = [1, 2].map(() => encryptPush(Buffer.from("hello"), EXAMPLE, 3) as Buffer);
  expect(first?.equals(second as Buffer)).toBe(false);
  expect(decrypt(first as Buffer)).toEqual(Buffer.from("hello\x02\0\0\0"));
});

test("the largest text makes a message of 4,096 bytes", () => {
  const message = encryptPush(Buffer.alloc(MAX_PLAIN_BYTES, "a"), EXAMPLE);
  expect(message).toHaveLength(4_096);
  expect(decrypt(message as Buffer)).toHaveLength(MAX_PLAIN_BYTES + 1);
});

test.each([
  ["a point that is not on the curve", { ...EXAMPLE, p256dh: Buffer.alloc(65, 4).toString("base64url") }],
  ["a compressed point", { ...EXAMPLE, p256dh: Buffer.alloc(33, 2).toString("base64url") }],
  ["a short secret", { ...EXAMPLE, auth: "AAAA" }],
  ["nothing", { p256dh: "A", auth: "A" }],
])("%s is no key of a browser", (_, keys) => expect(encryptPush(Buffer.from("hello"), keys)).toBeUndefined());
