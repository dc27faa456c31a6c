import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseStrictJson } from "./strict-json.ts";
import type { ParsedJson } from "./strict-json.ts";

function parse(text: string, maxDepth = 4): ParsedJson {
  return parseStrictJson(Buffer.from(text), maxDepth);
}

test("takes what JSON.parse takes when keys are unique", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), (text) => {
      expect(parse(text, 10)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
    }),
  );
});

test("never throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(typeof parseStrictJson(bytes, 4).ok).toBe("boolean");
    }),
  );
  const parts = fc.constantFrom('"', "{", "}", "[", "]", ":", ",", "\\", "a", "1", " ");
  fc.assert(fc.property(fc.array(parts), (text) => "ok" in parse(text.join(""))));
});

test.each([
  ['{"a":1,"a":2}', "duplicate-key"],
  ['{"a":{"b":1,"b":2}}', "duplicate-key"],
  ['[{"a":1},{"b":1,"\\u0062" :2}]', "duplicate-key"],
  ["[[[[[]]]]]", "too-deep"],
  ['{"a":1,}', "not-json"],
  ['"open', "not-json"],
  ['"\\x"', "not-json"],
  ["\ufeff{}", "not-json"],
])("refuses %s", (text, reason) => {
  expect(parse(text)).toEqual({ ok: false, reason });
});

test("takes one key in two objects, brackets and keys inside of text", () => {
  for (const text of ['[{"a":1},{"a":2}]', '{"a":{"a":1}}', '{"a":"{{{{{[[[","b":"\\"a\\":1"}', '["a","a"]'])
    expect(parse(text)).toMatchObject({ ok: true });
});

test("refuses bytes that are not UTF-8", () => {
  expect(parseStrictJson(Uint8Array.of(34, 0xff, 34), 4)).toEqual({ ok: false, reason: "not-utf8" });
});
