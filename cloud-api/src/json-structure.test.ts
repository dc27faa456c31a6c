import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonStructureFault, MAX_JSON_DEPTH } from "./json-structure.ts";

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

describe("jsonStructureFault", () => {
  it("finds nothing in what JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        fc.pre(!text.includes("__proto__"));
        expect(jsonStructureFault(text)).toBeUndefined();
      }),
    );
  });

  it.each([
    ['{"a":1,"a":2}', "a"],
    ['{"a":1,"\\u0061":2}', "a"],
    ['{"x":{"b":1, "b" :2}}', "b"],
    ['[{"a\\"":1,"a\\"":2}]', 'a"'],
  ])("finds the member that comes twice in %s", (text, member) => {
    expect(jsonStructureFault(text)).toEqual({ kind: "duplicate-member", member });
  });

  it("takes the same name in different objects, and a value that equals a name", () => {
    expect(jsonStructureFault('{"a":{"a":"a"},"b":[{"a":1},{"a":1}],"c":"a:"}')).toBeUndefined();
  });

  it.each(['{"__proto__":{}}', '[{"\\u005f_proto__":1}]'])("refuses %s", (text) => {
    expect(jsonStructureFault(text)).toEqual({ kind: "forbidden-member", member: "__proto__" });
  });

  it("measures depth at the limit, not in strings, and without a stack of its own", () => {
    expect(jsonStructureFault(nested(MAX_JSON_DEPTH))).toBeUndefined();
    expect(jsonStructureFault(nested(MAX_JSON_DEPTH + 1))).toEqual({ kind: "too-deep" });
    expect(jsonStructureFault(JSON.stringify("[".repeat(100)))).toBeUndefined();
    expect(jsonStructureFault(nested(500_000))).toEqual({ kind: "too-deep" });
  });
});
