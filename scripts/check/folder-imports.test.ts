import { expect, it } from "vitest";
import { checkFolderImports } from "./folder-imports.ts";
import type { FolderRules } from "./house-shape.ts";
import { projectOf } from "./project.ts";

const RULES: Record<string, FolderRules> = {
  a: { folders: { "src/low": [], "src/high": ["src/low"], "src/high/deep": [], "src/ports.ts": [] } },
};

const FILES = ["src/low/x.ts", "src/high/x.ts", "src/high/deep/x.ts", "src/ports.ts", "src/loose.ts"];

function breachesOf(path: string, specifier: string): string[] {
  const files = Object.fromEntries(FILES.map((file) => [`a/${file}`, ""]));
  const project = projectOf(Object.entries({ ...files, [path]: `import ${JSON.stringify(specifier)};` }));
  return checkFolderImports(project, RULES).map(({ where, what }) => `${where} ${what}`);
}

it.each([
  ["a/src/low/y.ts", "./x.ts"],
  ["a/src/high/y.ts", "../low/x.ts"],
  ["a/src/loose.ts", "./high/x.ts"],
  ["a/src/low/y.test.ts", "../high/x.ts"],
])("accepts that %s imports %s", (path, specifier) => {
  expect(breachesOf(path, specifier)).toEqual([]);
});

it.each([
  ["a/src/low/y.ts", "../high/x.ts", "a/src/low may not import a/src/high"],
  ["a/src/high/deep/y.ts", "../x.ts", "a/src/high/deep may not import a/src/high"],
  ["a/src/low/y.ts", "../ports.ts", "a/src/low may not import a/src/ports.ts"],
  ["a/src/low/y.ts", "../loose.ts", "a/src/low may not import a/src/loose.ts"],
])("refuses that %s imports %s", (path, specifier, what) => {
  expect(breachesOf(path, specifier)).toEqual([`${path}:1 ${what} (scripts/check/folders.ts)`]);
});

it("refuses a folder in the table that does not exist", () => {
  const rules = { a: { folders: { "src/low": ["src/gone"] } } };
  const project = projectOf([["a/src/low/x.ts", ""]]);
  expect(checkFolderImports(project, rules)).toEqual([
    { where: "scripts/check/folders.ts", what: "a has no folder src/gone" },
  ]);
});

it("accepts an import that is named as left, and refuses one that is named but gone", () => {
  const left = ["src/low/x.ts -> src/high/y.ts"];
  const folders = { "src/low": [], "src/high": ["src/low"] };
  const rules = { a: { folders, left } };
  const files = { "a/src/low/x.ts": 'import "../high/y.ts";', "a/src/high/y.ts": "" };
  expect(checkFolderImports(projectOf(Object.entries(files)), rules)).toEqual([]);
  expect(checkFolderImports(projectOf(Object.entries({ ...files, "a/src/low/x.ts": "" })), rules)).toEqual([
    {
      where: "scripts/check/folders.ts",
      what: 'a lacks "src/low/x.ts -> src/high/y.ts": remove it from left',
    },
  ]);
});

it("refuses a table that goes in a circle", () => {
  const rules = { a: { folders: { "src/low": ["src/high"], "src/high": ["src/low"] } } };
  const project = projectOf([
    ["a/src/low/x.ts", ""],
    ["a/src/high/x.ts", ""],
  ]);
  expect(checkFolderImports(project, rules)).toEqual([
    {
      where: "scripts/check/folders.ts",
      what: "lets folders of a import in a circle: src/low -> src/high -> src/low",
    },
  ]);
});
