import { posix } from "node:path";
import type { Breach } from "./breach.ts";
import type { House } from "./house-shape.ts";
import type { Project } from "./project.ts";
import { packageOf, targetOf } from "./target-of.ts";

/** Files that another package imports. */
function importedFromOutside(project: Project): Set<string> {
  const paths = new Set<string>();
  for (const source of project.sources.values())
    for (const { specifier } of source.imports) {
      const target = targetOf(project, source, specifier);
      if (target.kind === "file" && packageOf(target.path) !== packageOf(source.path)) paths.add(target.path);
    }
  return paths;
}

function faultOfExport(name: string, path: string, isUsed: boolean, project: Project): string | undefined {
  if (name.includes("*")) return `exports the pattern "${name}"; name each module`;
  if (!project.sources.has(path)) return `exports "${name}", but ${path} does not exist`;
  if (!isUsed)
    return `exports "${name}", which no other package imports; remove it, or give the reason under entries in scripts/check/house.ts`;
  return undefined;
}

function exportBreaches(project: Project, house: House): Breach[] {
  const used = importedFromOutside(project);
  const breaches: Breach[] = [];
  for (const [folder, modules] of project.exports)
    for (const [name, file] of modules) {
      const path = posix.join(folder, file);
      const isUsed = used.has(path) || house[folder]?.entries?.[name] !== undefined;
      const what = faultOfExport(name, path, isUsed, project);
      if (what !== undefined) breaches.push({ where: `${folder}/package.json`, what });
    }
  return breaches;
}

function importBreaches(project: Project): Breach[] {
  const breaches: Breach[] = [];
  for (const source of project.sources.values())
    for (const { specifier, line } of source.imports) {
      const target = targetOf(project, source, specifier);
      const where = `${source.path}:${line}`;
      if (target.kind === "not-exported")
        breaches.push({ where, what: `${target.package}/package.json does not export ${specifier}` });
      if (target.kind !== "file" || !specifier.startsWith(".")) continue;
      const folder = packageOf(target.path);
      if (project.exports.has(folder) && folder !== packageOf(source.path))
        breaches.push({ where, what: `${specifier} leaves the package; import a module that it exports` });
    }
  return breaches;
}

function entryBreaches(project: Project, house: House): Breach[] {
  return Object.entries(house).flatMap(([folder, { entries = {} }]) =>
    Object.keys(entries)
      .filter((name) => project.exports.get(folder)?.has(name) !== true)
      .map((name) => ({
        where: "scripts/check/house.ts",
        what: `names the entry "${name}" of ${folder}, which ${folder}/package.json does not export`,
      })),
  );
}

/** A package exports named modules that exist and that others use; others import nothing else of it. */
export function checkExportedModules(project: Project, house: House): Breach[] {
  return [...exportBreaches(project, house), ...importBreaches(project), ...entryBreaches(project, house)];
}
