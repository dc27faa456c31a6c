import { expect, it } from "vitest";
import { checkExportedModules } from "./exported-modules.ts";
import type { House } from "./house-shape.ts";
import { projectOf } from "./project.ts";

const HOUSE: House = { a: { what: "", imports: [] }, b: { what: "", imports: ["a"] } };

function breachesOf(files: Record<string, string>, house = HOUSE): string[] {
  return checkExportedModules(projectOf(Object.entries(files)), house).map(
    ({ where, what }) => `${where} ${what}`,
  );
}

function manifest(exports: Record<string, string>): string {
  return JSON.stringify({ exports });
}

const GOOD = {
  "a/package.json": manifest({ "./open": "./src/open.ts" }),
  "a/src/open.ts": "export const open = 1;",
  "b/src/use.ts": 'import { open } from "@purrimeter/a/open";',
};

it("accepts a module that is exported, exists and is imported", () => {
  expect(breachesOf(GOOD)).toEqual([]);
});

it.each([
  ["a type", 'type Open = import("@purrimeter/a/open").Open;'],
  ["a dynamic import", 'await import("@purrimeter/a/open");'],
  ["a re-export", 'export * from "@purrimeter/a/open";'],
  ["a resolved path", 'import.meta.resolve("@purrimeter/a/open");'],
])("counts %s as a use", (_, text) => {
  expect(breachesOf({ ...GOOD, "b/src/use.ts": text })).toEqual([]);
});

it("refuses a pattern", () => {
  const breaches = breachesOf({ ...GOOD, "a/package.json": manifest({ "./*": "./src/*.ts" }) });
  expect(breaches).toContain('a/package.json exports the pattern "./*"; name each module');
});

it("refuses a module that does not exist", () => {
  const exports = { "./open": "./src/open.ts", "./shut": "./src/shut.ts" };
  expect(breachesOf({ ...GOOD, "a/package.json": manifest(exports) })).toEqual([
    'a/package.json exports "./shut", but a/src/shut.ts does not exist',
  ]);
});

it("refuses a module that no other package imports, not even when its own package does", () => {
  const [breach, ...others] = breachesOf({
    ...GOOD,
    "b/src/use.ts": "",
    "a/src/x.ts": 'import "./open.ts";',
  });
  expect(others).toEqual([]);
  expect(breach).toMatch(/^a\/package.json exports "\.\/open", which no other package imports/);
});

it("accepts such a module with a reason, and refuses a reason without a module", () => {
  const entries = { "./open": "people start it" };
  const house: House = { ...HOUSE, a: { what: "", imports: [], entries } };
  expect(breachesOf({ ...GOOD, "b/src/use.ts": "" }, house)).toEqual([]);
  expect(breachesOf({ "a/package.json": manifest({}) }, house)).toEqual([
    'scripts/check/house.ts names the entry "./open" of a, which a/package.json does not export',
  ]);
});

it("refuses the import of a module that is not exported", () => {
  const text = '\nimport { open } from "@purrimeter/a/other";';
  expect(breachesOf({ ...GOOD, "b/src/other.ts": text })).toEqual([
    "b/src/other.ts:2 a/package.json does not export @purrimeter/a/other",
  ]);
});

it("refuses a path into another package", () => {
  const text = 'import { open } from "../../a/src/open.ts";';
  expect(breachesOf({ ...GOOD, "b/src/other.ts": text })).toEqual([
    "b/src/other.ts:1 ../../a/src/open.ts leaves the package; import a module that it exports",
  ]);
});

it("accepts paths between files that lie in no package", () => {
  expect(breachesOf({ ...GOOD, "tool.mjs": 'import "./scripts/x.ts";', "scripts/x.ts": "" })).toEqual([]);
});

it("does not take words in a string or a comment for an import", () => {
  const text = '// import "@purrimeter/a/other"\nconst text = `import "@purrimeter/a/other"`;';
  expect(breachesOf({ ...GOOD, "b/src/other.ts": text })).toEqual([]);
});
