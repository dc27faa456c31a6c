import type { Breach } from "./breach.ts";
import { findCircles } from "./find-circles.ts";
import type { House } from "./house-shape.ts";
import { kindOfFile } from "./kind-of-file.ts";
import type { Project } from "./project.ts";
import type { Source } from "./source.ts";
import { packageOf, targetOf } from "./target-of.ts";
import type { Target } from "./target-of.ts";

function faultOf(source: Source, target: Target, house: House): string | undefined {
  if (target.kind === "outside") return undefined;
  const own = packageOf(source.path);
  const other = target.kind === "file" ? packageOf(target.path) : target.package;
  const isProduct = kindOfFile(source.path) === "product";
  if (target.kind === "file" && isProduct && kindOfFile(target.path) !== "product")
    return `imports ${target.path}, which is for tests only`;
  const rules = house[own];
  if (rules === undefined || own === other || rules.imports.includes(other)) return undefined;
  if (isProduct) return `${own} may not import ${other}`;
  const isTesting = target.kind === "file" && kindOfFile(target.path) === "testing";
  if (isTesting || rules.testImports?.includes(other) === true) return undefined;
  return `tests of ${own} may not import ${other}, except its testing modules`;
}

function unknownPackages(project: Project, house: House): Breach[] {
  return [...project.exports.keys()]
    .filter((folder) => house[folder] === undefined)
    .map((folder) => ({ where: `${folder}/package.json`, what: "is a package that house.ts does not name" }));
}

function missingPackages(project: Project, house: House): Breach[] {
  return Object.keys(house)
    .filter((name) => !project.exports.has(name))
    .map((name) => ({ where: "scripts/check/house.ts", what: `names ${name}, which is no package` }));
}

function circleBreaches(house: House): Breach[] {
  return findCircles(Object.keys(house), (name) => house[name]?.imports ?? []).map((circle) => ({
    where: "scripts/check/house.ts",
    what: `lets packages import in a circle: ${circle.join(" -> ")}`,
  }));
}

/** Packages import as the table allows, the product imports no test, tests import more. */
export function checkPackageImports(project: Project, house: House): Breach[] {
  const breaches = [
    ...unknownPackages(project, house),
    ...missingPackages(project, house),
    ...circleBreaches(house),
  ];
  for (const source of project.sources.values())
    for (const { specifier, line } of source.imports) {
      const what = faultOf(source, targetOf(project, source, specifier), house);
      if (what !== undefined)
        breaches.push({ where: `${source.path}:${line}`, what: `${what} (scripts/check/house.ts)` });
    }
  return breaches;
}
