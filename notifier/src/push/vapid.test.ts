import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { expect, test } from "vitest";
import { Vapid } from "./vapid.ts";

function pem(namedCurve: string): Buffer {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve });
  return Buffer.from(privateKey.export({ type: "pkcs8", format: "pem" }));
}

const vapid = new Vapid(pem("P-256"), "mailto:ops@example.org");

/** The parts of "vapid t=JWT, k=KEY". */
function partsOf(header: string) {
  const [, head = "", claims = "", signature = "", key = ""] =
    /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/u.exec(header) ?? [];
  const parse = (text: string): unknown => JSON.parse(Buffer.from(text, "base64url").toString());
  return { head: parse(head), claims: parse(claims), signature, key, content: `${head}.${claims}` };
}

test("signs who sends, for one push service and half a day, by the key that browsers subscribe with", () => {
  const { head, claims, signature, key, content } = partsOf(
    vapid.authorization("https://push.example:444/send/abc?x", 1_800_000_000),
  );
  expect(head).toEqual({ typ: "JWT", alg: "ES256" });
  expect(claims).toEqual({
    aud: "https://push.example:444",
    exp: 1_800_043_200,
    sub: "mailto:ops@example.org",
  });
  expect(key).toBe(vapid.publicKey);
  const point = Buffer.from(key, "base64url");
  expect([point.length, point[0]]).toEqual([65, 4]);
  const [x = "", y = ""] = [point.subarray(1, 33), point.subarray(33)].map((half) =>
    half.toString("base64url"),
  );
  const publicKey = createPublicKey({ format: "jwk", key: { kty: "EC", crv: "P-256", x, y } });
  const by = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
  expect(verify("sha256", Buffer.from(content), by, Buffer.from(signature, "base64url"))).toBe(true);
});

test.each([
  ["of another curve", pem("P-384")],
  ["that is none", Buffer.from("none")],
])("a key %s is refused in one line that does not repeat it", (_, key) => {
  expect(() => new Vapid(key, "mailto:ops@example.org")).toThrow(
    /^the secret vapid-key\.pem must be a private key, EC P-256, PEM$/u,
  );
});
