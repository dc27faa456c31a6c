import fc from "fast-check";
import { expect, it } from "vitest";
import { csvLine } from "./csv.ts";

it("writes numbers as they are and quotes what has commas, quotes or line ends", () => {
  expect(csvLine([-30.5, null, 'a "b", c', "x\ny", "plain"])).toBe('-30.5,,"a ""b"", c","x\ny",plain\r\n');
});

it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("https://x")'])(
  "gives %j no chance to be calculated",
  (text) => {
    expect(csvLine([text])).toMatch(/^"?'/);
  },
);

it("begins no text with what makes a formula, whatever the text is", () => {
  fc.assert(fc.property(fc.string(), (text) => !/^"?[=+\-@\t\r]/.test(csvLine([text]).replace(/\r\n$/, ""))));
});
