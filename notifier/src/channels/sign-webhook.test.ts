import { createHmac, generateKeyPairSync, verify } from "node:crypto";
import { expect, test } from "vitest";
import { webhookSignature } from "./sign-webhook.ts";

const CONTENT = {
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  sentAtS: 1_614_265_330,
  body: Buffer.from('{"test": 2432232314}'),
};

test("gives the signature of the example of Standard Webhooks", () => {
  const secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];
  expect(webhookSignature(CONTENT, { secrets, keys: [] })).toBe(
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  );
});

test("signs by each secret and each key, the newest first, so that keys change without a gap", () => {
  const secrets = ["a", "b"].map((letter) => `whsec_${Buffer.alloc(32, letter).toString("base64")}`);
  const pairs = [1, 2].map(() => generateKeyPairSync("ed25519"));
  const keys = pairs.map(({ privateKey }) => {
    const seed = Buffer.from(privateKey.export({ format: "jwk" }).d ?? "", "base64url");
    return `whsk_${seed.toString("base64")}`;
  });
  const signatures = webhookSignature(CONTENT, { secrets, keys }).split(" ");
  expect(signatures.map((one) => one.split(",")[0])).toEqual(["v1", "v1", "v1a", "v1a"]);
  const content = Buffer.from(`${CONTENT.id}.${CONTENT.sentAtS}.${CONTENT.body.toString()}`);
  const hmacs = ["a", "b"].map((letter) =>
    createHmac("sha256", Buffer.alloc(32, letter)).update(content).digest("base64"),
  );
  expect(signatures.slice(0, 2)).toEqual(hmacs.map((hmac) => `v1,${hmac}`));
  for (const [i, { publicKey }] of pairs.entries()) {
    const signature = Buffer.from(signatures[2 + i]?.slice("v1a,".length) ?? "", "base64");
    expect(verify(null, content, publicKey, signature)).toBe(true);
  }
});
