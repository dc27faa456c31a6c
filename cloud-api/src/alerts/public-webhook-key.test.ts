import { createPrivateKey, createPublicKey, randomBytes, sign, verify } from "node:crypto";
import { expect, it } from "vitest";
import { publicWebhookKey } from "./public-webhook-key.ts";

it("the public key of a webhook verifies what its key signs", () => {
  const seed = randomBytes(32);
  const x = Buffer.from(
    publicWebhookKey(`whsk_${seed.toString("base64")}`).replace("whpk_", ""),
    "base64",
  ).toString("base64url");
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
