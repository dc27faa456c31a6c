import { expect, test } from "vitest";
import { cutText } from "./cut-text.ts";

test.each([
  ["cat", 3, "cat"],
  ["catalogue", 6, "cat…"],
  ["Mäuse", 6, "Mäuse"],
  ["Mäuse!", 6, "Mä…"],
  ["Mäuse!", 5, "M…"],
  ["🐈🐈", 7, "🐈…"],
  ["🐈🐈", 6, "…"],
])("%j in %i bytes is %j", (text, maxBytes, cut) => {
  expect(cutText(text, maxBytes)).toBe(cut);
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(maxBytes);
});
