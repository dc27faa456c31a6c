import { expect, it } from "vitest";
import { checkHouseSection, withHouseSection } from "./house-section.ts";
import type { House } from "./house-shape.ts";
import { projectOf } from "./project.ts";

const HOUSE: House = {
  c: { what: "the lowest", imports: [] },
  b: { what: "above it", imports: ["c"] },
  a: { what: "the highest", imports: ["b", "c"] },
};

const EMPTY = "before\n<!-- house: made by `npm run diagram` -->\n<!-- /house -->\nafter\n";

function written(text: string): string {
  return withHouseSection(projectOf([["ARCHITECTURE.md", text]]), HOUSE) ?? "";
}

it("writes the packages between the markers and leaves the rest", () => {
  const text = written(EMPTY);
  expect(text.startsWith("before\n")).toBe(true);
  expect(text.endsWith("\nafter\n")).toBe(true);
  expect(text).toContain("| `a/`    | the highest | b, c       |");
});

it("leaves out an arrow that follows from others", () => {
  const arrows = written(EMPTY)
    .split("\n")
    .filter((line) => line.includes("-->") && !line.startsWith("<!--"));
  expect(arrows).toEqual(["  b --> c", "  a --> b"]);
});

it("accepts what it wrote, and refuses it after the table has changed", () => {
  const project = projectOf([["ARCHITECTURE.md", written(EMPTY)]]);
  expect(checkHouseSection(project, HOUSE)).toEqual([]);
  const changed: House = { ...HOUSE, c: { what: "another", imports: [] } };
  expect(checkHouseSection(project, changed)).toEqual([
    { where: "ARCHITECTURE.md", what: "is out of date; npm run diagram" },
  ]);
});

it("refuses a document without the markers", () => {
  expect(checkHouseSection(projectOf([["ARCHITECTURE.md", "text"]]), HOUSE)).toHaveLength(1);
});
