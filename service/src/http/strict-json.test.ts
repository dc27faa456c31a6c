import * as fc from "fast-check";
import { expect, test } from "vitest";
import { jsonFaultMessage, parseStrictJson } from "./strict-json.ts";
import type { JsonFault, ParsedJson } from "./strict-json.ts";

const MAX_DEPTH = 4;

function parse(text: string, maxDepth = MAX_DEPTH): ParsedJson {
  return parseStrictJson(Buffer.from(text), maxDepth);
}

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

test("takes what JSON.stringify writes, as JSON.parse does", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), (text) => {
      fc.pre(!text.includes("__proto__"));
      expect(parse(text, 10)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
    }),
  );
});

test("never throws, and takes nothing that JSON.parse refuses", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(typeof parseStrictJson(bytes, MAX_DEPTH).ok).toBe("boolean");
    }),
  );
  const parts = fc.constantFrom('"', "{", "}", "[", "]", ":", ",", "\\", "a", "1", " ", "\\u0061", "null");
  fc.assert(
    fc.property(fc.array(parts), (array) => {
      const text = array.join("");
      const parsed = parse(text, 100);
      if (parsed.ok) expect(parsed.value).toEqual(JSON.parse(text));
    }),
  );
});

test.each<[string, JsonFault]>([
  ['{"a":1,"a":2}', { kind: "duplicate-member", member: "a" }],
  ['{"a":1,"\\u0061":2}', { kind: "duplicate-member", member: "a" }],
  ['{"x":{"b":1, "b" :2}}', { kind: "duplicate-member", member: "b" }],
  ['[{"a":1},{"b":1,"\\u0062" :2}]', { kind: "duplicate-member", member: "b" }],
  ['[{"a\\"":1,"a\\"":2}]', { kind: "duplicate-member", member: 'a"' }],
  ['{"__proto__":{}}', { kind: "forbidden-member", member: "__proto__" }],
  ['[{"\\u005f_proto__":1}]', { kind: "forbidden-member", member: "__proto__" }],
  [nested(MAX_DEPTH + 1), { kind: "too-deep" }],
  [nested(500_000), { kind: "too-deep" }],
  ["[".repeat(500_000), { kind: "too-deep" }],
  ["", { kind: "empty" }],
  [" \n", { kind: "empty" }],
  ['{"a": NaN}', { kind: "not-finite" }],
  ['{"a": -Infinity}', { kind: "not-finite" }],
  ['{"a":1,}', { kind: "not-json" }],
  ["{a:1}", { kind: "not-json" }],
  ["'a'", { kind: "not-json" }],
  ["01", { kind: "not-json" }],
  ["{} {}", { kind: "not-json" }],
  ["/**/{}", { kind: "not-json" }],
  ['"open', { kind: "not-json" }],
  ['{"\\x":1}', { kind: "not-json" }],
  ['"line\nbreak"', { kind: "not-json" }],
  ["\ufeff{}", { kind: "not-json" }],
])("refuses %.40s", (text, fault) => {
  expect(parse(text)).toEqual({ ok: false, fault });
});

test("refuses bytes that are not UTF-8", () => {
  for (const bytes of [
    [34, 0xff, 34],
    [34, 0xc0, 0xaf, 34],
    [34, 0xed, 0xa0, 0x80, 34],
    [34, 0xe2, 0x82],
  ])
    expect(parseStrictJson(Uint8Array.from(bytes), 4)).toEqual({ ok: false, fault: { kind: "not-utf8" } });
});

test("takes one name in different objects, a value that equals a name, and brackets and names inside of text", () => {
  for (const text of [
    '[{"a":1},{"a":2}]',
    '{"a":{"a":"a"},"b":[{"a":1},{"a":1}],"c":"a:"}',
    '{"a":"{{{{{[[[","b":"\\"a\\":1"}',
    '["a","a"]',
    '["__proto__"]',
    nested(MAX_DEPTH),
    JSON.stringify("[".repeat(100)),
  ])
    expect(parse(text), text).toEqual({ ok: true, value: JSON.parse(text) as unknown });
});

test("says what is wrong without a word of the body", () => {
  const secret = "hunter2-hunter2";
  for (const text of [`{"${secret}":1,"${secret}":2}`, `"${secret}`, `{"${secret}":NaN}`, nested(9)]) {
    const parsed = parse(text);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(jsonFaultMessage(parsed.fault, MAX_DEPTH)).not.toContain(secret);
  }
});
