import { matchesGlob } from "node:path/posix";
import type { Breach } from "./breach.ts";
import { findCircles } from "./find-circles.ts";
import type { FolderRules } from "./house-shape.ts";
import { kindOfFile } from "./kind-of-file.ts";
import type { Project } from "./project.ts";
import { packageOf, targetOf } from "./target-of.ts";

type RulesByPackage = Readonly<Record<string, FolderRules>>;
type Folders = FolderRules["folders"];

/** `*` in a layer stands for any part of a name. */
function liesIn(path: string, layer: string): boolean {
  return matchesGlob(path, layer) || matchesGlob(path, `${layer}/**`);
}

/** The layer that the path lies in, a file's rather than a folder's, a longer name rather than a shorter; or none. */
function folderOf(path: string, packageFolder: string, folders: Folders): string | undefined {
  const inside = path.slice(packageFolder.length + 1);
  const [own] = Object.keys(folders)
    .filter((folder) => liesIn(inside, folder))
    .sort((a, b) => Number(b.endsWith(".ts")) - Number(a.endsWith(".ts")) || b.length - a.length);
  return own;
}

function faultOf(from: string, to: string, folder: string, folders: Folders): string | undefined {
  const own = folderOf(from, folder, folders);
  const other = folderOf(to, folder, folders);
  if (own === undefined || own === other || (other !== undefined && folders[own]?.includes(other) === true))
    return undefined;
  return `${folder}/${own} may not import ${other === undefined ? to : `${folder}/${other}`}`;
}

function unknownFolders(project: Project, rules: RulesByPackage): Breach[] {
  const breaches: Breach[] = [];
  for (const [name, { folders }] of Object.entries(rules))
    for (const folder of new Set([...Object.keys(folders), ...Object.values(folders).flat()])) {
      const isThere = [...project.sources.keys()].some((path) => liesIn(path, `${name}/${folder}`));
      if (!isThere || folders[folder] === undefined)
        breaches.push({ where: "scripts/check/folders.ts", what: `${name} has no folder ${folder}` });
    }
  return breaches;
}

function circleBreaches(rules: RulesByPackage): Breach[] {
  return Object.entries(rules).flatMap(([name, { folders }]) =>
    findCircles(Object.keys(folders), (folder) =>
      (folders[folder] ?? []).filter((other) => other !== folder),
    ).map((circle) => ({
      where: "scripts/check/folders.ts",
      what: `lets folders of ${name} import in a circle: ${circle.join(" -> ")}`,
    })),
  );
}

interface InnerImport {
  readonly where: string;
  /** `from.ts -> to.ts`, both from the package's folder. */
  readonly arrow: string;
  readonly what: string;
}

/** Imports of product files within one package that its table does not allow. */
function forbiddenImports(project: Project, folder: string, folders: Folders): InnerImport[] {
  const forbidden: InnerImport[] = [];
  for (const source of project.sources.values()) {
    if (packageOf(source.path) !== folder || kindOfFile(source.path) !== "product") continue;
    for (const { specifier, line } of source.imports) {
      const target = targetOf(project, source, specifier);
      if (target.kind !== "file" || packageOf(target.path) !== folder) continue;
      const what = faultOf(source.path, target.path, folder, folders);
      const inside = (path: string): string => path.slice(folder.length + 1);
      const arrow = `${inside(source.path)} -> ${inside(target.path)}`;
      if (what !== undefined) forbidden.push({ where: `${source.path}:${line}`, arrow, what });
    }
  }
  return forbidden;
}

/** The folders of one package import one another as its table allows; tests may import all. */
export function checkFolderImports(project: Project, rules: RulesByPackage): Breach[] {
  const breaches = [...unknownFolders(project, rules), ...circleBreaches(rules)];
  for (const [folder, { folders, left = [] }] of Object.entries(rules)) {
    const forbidden = forbiddenImports(project, folder, folders);
    for (const { where, arrow, what } of forbidden)
      if (!left.includes(arrow)) breaches.push({ where, what: `${what} (scripts/check/folders.ts)` });
    for (const arrow of left)
      if (!forbidden.some((entry) => entry.arrow === arrow))
        breaches.push({
          where: "scripts/check/folders.ts",
          what: `${folder} lacks "${arrow}": remove it from left`,
        });
  }
  return breaches;
}
