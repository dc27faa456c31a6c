import fc from "fast-check";
import { expect, it } from "vitest";
import { asciiBytes } from "./ascii-bytes.ts";
import { asciiText } from "./ascii-text.ts";

it("is the text whose bytes they are, from and to anywhere", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ -~]{0,100}$/), fc.nat(100), fc.nat(100), (text, start, stop) => {
      const end = Math.min(stop, text.length);
      expect(asciiText(asciiBytes(text), start, end)).toBe(start < end ? text.slice(start, end) : "");
    }),
  );
});
