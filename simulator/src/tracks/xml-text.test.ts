import { afterEach, expect, it, vi } from "vitest";
import { TagLines } from "./xml-text.ts";

const POINTS = 200;

afterEach(() => vi.restoreAllMocks());

/** Characters that `work` walks over in searches. */
function walkedBy(work: () => void): number {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its text
  const search = String.prototype.indexOf;
  let walked = 0;
  vi.spyOn(String.prototype, "indexOf").mockImplementation(function (this: string, what, from = 0) {
    const at = search.call(this, what, from);
    walked += (at < 0 ? this.length : at + 1) - from;
    return at;
  });
  work();
  vi.restoreAllMocks();
  return walked;
}

it.each([
  ["many lines before them", `${"\n".repeat(100_000)}${"<p/>".repeat(POINTS)}`, 100_001],
  ["one line without an end", "<p/>".repeat(POINTS), 1],
  ["one line before many", `${"<p/>".repeat(POINTS)}${"x".repeat(100_000)}\n`, 1],
  ["a line each", "<p/>\n".repeat(POINTS), POINTS],
])("the lines of all tags are found with one walk over the text: %s", (_what, markup, last) => {
  const found: number[] = [];
  const walked = walkedBy(() => {
    const lines = new TagLines(markup, "p");
    for (let nth = 0; nth < POINTS; nth++) found.push(lines.lineOf(nth));
  });
  expect(found.at(-1)).toBe(last);
  // Once for the tags, once for the ends of lines.
  expect(walked).toBeLessThanOrEqual(2 * markup.length);
});

it("there is no line of a tag that is not there", () => {
  expect(new TagLines("<p/>", "p").lineOf(1)).toBe(0);
});
