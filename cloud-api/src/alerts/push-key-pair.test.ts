import { expect, it } from "vitest";
import { isSubscriptionKey, isSubscriptionSecret } from "./push-key-pair.ts";

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
