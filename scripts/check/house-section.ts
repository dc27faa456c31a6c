import type { Breach } from "./breach.ts";
import type { House } from "./house-shape.ts";
import type { Project } from "./project.ts";

const FILE = "ARCHITECTURE.md";
const START = "<!-- house: made by `npm run diagram` -->";
const END = "<!-- /house -->";

/** Packages that `name` reaches through others, by any number of arrows. */
function reachedThrough(house: House, names: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const visit = (name: string): void => {
    for (const next of house[name]?.imports ?? [])
      if (!reached.has(next)) {
        reached.add(next);
        visit(next);
      }
  };
  names.forEach(visit);
  return reached;
}

/** The imports of a package that do not follow from its other imports. */
function ownArrows(house: House, name: string): readonly string[] {
  const imports = house[name]?.imports ?? [];
  const following = reachedThrough(house, imports);
  return imports.filter((other) => !following.has(other));
}

/** A table whose columns are as wide as their longest cell, as Prettier writes it. */
function table(rows: readonly (readonly string[])[]): string[] {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? "").length)));
  const line = (cells: readonly string[], filler = " "): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, filler)).join(" | ")} |`;
  return [
    line(head),
    line(
      head.map(() => ""),
      "-",
    ),
    ...rows.slice(1).map((cells) => line(cells)),
  ];
}

function packages(house: House): string[] {
  const rows = Object.entries(house).map(([name, { what, imports }]) => [
    `\`${name}/\``,
    what,
    imports.join(", ") || "–",
  ]);
  return table([["package", "what it is", "may import"], ...rows]);
}

function diagram(house: House): string[] {
  const arrows = Object.keys(house).flatMap((name) =>
    ownArrows(house, name).map((other) => `  ${name} --> ${other}`),
  );
  return ["```mermaid", "flowchart TD", ...arrows, "```"];
}

function houseSection(house: House): string {
  return [
    START,
    "",
    ...packages(house),
    "",
    "An arrow leads from a package to one that it may import. An arrow that follows from others is left out.",
    "",
    ...diagram(house),
    "",
    END,
  ].join("\n");
}

/** ARCHITECTURE.md with its packages up to date, or undefined where it has no place for them. */
export function withHouseSection(project: Project, house: House): string | undefined {
  const text = project.texts.get(FILE) ?? "";
  const start = text.indexOf(START);
  const end = text.indexOf(END);
  if (start === -1 || end < start) return undefined;
  return text.slice(0, start) + houseSection(house) + text.slice(end + END.length);
}

/** ARCHITECTURE.md shows the packages, what they are and what they may import, as house.ts has them. */
export function checkHouseSection(project: Project, house: House): Breach[] {
  const text = withHouseSection(project, house);
  if (text === undefined) return [{ where: FILE, what: `lacks the lines "${START}" and "${END}"` }];
  if (text === project.texts.get(FILE)) return [];
  return [{ where: FILE, what: "is out of date; npm run diagram" }];
}
