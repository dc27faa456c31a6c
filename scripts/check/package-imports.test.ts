import { describe, expect, it } from "vitest";
import type { House } from "./house-shape.ts";
import { checkPackageImports } from "./package-imports.ts";
import { projectOf } from "./project.ts";

const HOUSE: House = {
  a: { what: "", imports: [] },
  b: { what: "", imports: ["a"], testImports: ["certs"] },
  certs: { what: "", imports: [] },
};

const PACKAGES = {
  "a/package.json": JSON.stringify({ exports: { "./testing/fake": "./src/testing/fake.ts" } }),
  "b/package.json": JSON.stringify({ exports: { "./testing/fake": "./src/testing/fake.ts" } }),
  "certs/package.json": "{}",
};

function breachesOf(path: string, specifier: string): string[] {
  const files = { ...PACKAGES, [path]: `import ${JSON.stringify(specifier)};` };
  return checkPackageImports(projectOf(Object.entries(files)), HOUSE).map(({ what }) => what);
}

it.each([
  ["b/src/x.ts", "@purrimeter/a/open"],
  ["b/src/x.ts", "@purrimeter/b/open"],
  ["b/src/x.ts", "node:fs"],
])("accepts that %s imports %s", (path, specifier) => {
  expect(breachesOf(path, specifier)).toEqual([]);
});

it("refuses an import against the table", () => {
  expect(breachesOf("a/src/x.ts", "@purrimeter/b/open")).toEqual([
    "a may not import b (scripts/check/house.ts)",
  ]);
});

it("refuses a package that the table does not name", () => {
  const project = projectOf(Object.entries({ ...PACKAGES, "new/package.json": "{}" }));
  expect(checkPackageImports(project, HOUSE)).toEqual([
    { where: "new/package.json", what: "is a package that house.ts does not name" },
  ]);
});

it("refuses a table that names no package, or goes in a circle", () => {
  const house: House = { a: { what: "", imports: ["b"] }, b: { what: "", imports: ["a"] } };
  expect(checkPackageImports(projectOf([["a/package.json", "{}"]]), house)).toEqual([
    { where: "scripts/check/house.ts", what: "names b, which is no package" },
    { where: "scripts/check/house.ts", what: "lets packages import in a circle: a -> b -> a" },
  ]);
});

describe("tests", () => {
  it.each(["b/src/x.test.ts", "b/src/x.contract.ts", "b/src/testing/x.ts", "b/e2e/x.ts"])(
    "%s may import what the table gives to tests",
    (path) => {
      expect(breachesOf(path, "@purrimeter/certs/issue")).toEqual([]);
    },
  );

  it("may import another package's testing modules", () => {
    expect(breachesOf("a/src/x.test.ts", "@purrimeter/b/testing/fake")).toEqual([]);
  });

  it("may import no other module against the table", () => {
    expect(breachesOf("a/src/x.test.ts", "@purrimeter/b/open")).toEqual([
      "tests of a may not import b, except its testing modules (scripts/check/house.ts)",
    ]);
  });

  it.each(["./testing/fake.ts", "./open.contract.ts", "./open.test.ts", "@purrimeter/a/testing/fake"])(
    "are not imported by the product: %s",
    (specifier) => {
      expect(breachesOf("b/src/x.ts", specifier)).toEqual([
        expect.stringMatching(/^imports .* which is for tests only/),
      ]);
    },
  );
});
