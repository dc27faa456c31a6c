import { expect, it } from "vitest";
import { checkFileCircles } from "./file-circles.ts";
import { projectOf } from "./project.ts";

function circlesOf(files: Record<string, string>): string[] {
  return checkFileCircles(projectOf(Object.entries(files))).map(({ what }) => what);
}

it("accepts files that import one way, also when two lead to the same", () => {
  const files = {
    "a/src/x.ts": 'import "./y.ts"; import "./z.ts";',
    "a/src/y.ts": 'import "./z.ts";',
    "a/src/z.ts": "",
  };
  expect(circlesOf(files)).toEqual([]);
});

it("refuses a circle, which it names", () => {
  const files = {
    "a/src/x.ts": 'import "./y.ts";',
    "a/src/y.ts": 'export { z } from "./z.ts";',
    "a/src/z.ts": 'import type { X } from "./x.ts";',
  };
  expect(circlesOf(files)).toEqual([
    expect.stringContaining("a/src/x.ts -> a/src/y.ts -> a/src/z.ts -> a/src/x.ts"),
  ]);
});

it("refuses a circle through another package", () => {
  const files = {
    "a/package.json": JSON.stringify({ exports: { "./x": "./src/x.ts" } }),
    "b/package.json": JSON.stringify({ exports: { "./y": "./src/y.ts" } }),
    "a/src/x.ts": 'import "@purrimeter/b/y";',
    "b/src/y.ts": 'let x: import("@purrimeter/a/x").X;',
  };
  expect(circlesOf(files)).toHaveLength(1);
});
