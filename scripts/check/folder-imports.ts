import type { Breach } from "./breach.ts";
import type { Folders, House } from "./house-shape.ts";
import { kindOfFile } from "./kind-of-file.ts";
import type { Project } from "./project.ts";
import { packageOf, targetOf } from "./target-of.ts";

function liesIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** The longest folder of the table that the path lies in; undefined for a file that lies in none. */
function folderOf(path: string, packageFolder: string, folders: Folders): string | undefined {
  const inside = path.slice(packageFolder.length + 1);
  return Object.keys(folders)
    .filter((folder) => liesIn(inside, folder))
    .sort((a, b) => b.length - a.length)[0];
}

function faultOf(from: string, to: string, folder: string, folders: Folders): string | undefined {
  const own = folderOf(from, folder, folders);
  const other = folderOf(to, folder, folders);
  if (own === undefined || own === other || (other !== undefined && folders[own]?.includes(other) === true))
    return undefined;
  return `${folder}/${own} may not import ${other === undefined ? to : `${folder}/${other}`}`;
}

function unknownFolders(project: Project, house: House): Breach[] {
  const breaches: Breach[] = [];
  for (const [name, { folders = {} }] of Object.entries(house))
    for (const folder of new Set([...Object.keys(folders), ...Object.values(folders).flat()])) {
      const isThere = [...project.sources.keys()].some((path) => liesIn(path, `${name}/${folder}`));
      if (!isThere || folders[folder] === undefined)
        breaches.push({ where: "scripts/check/house.ts", what: `${name} has no folder ${folder}` });
    }
  return breaches;
}

/** The folders of one package import one another as its table allows; tests may import all. */
export function checkFolderImports(project: Project, house: House): Breach[] {
  const breaches = unknownFolders(project, house);
  for (const source of project.sources.values()) {
    const folder = packageOf(source.path);
    const folders = house[folder]?.folders;
    if (folders === undefined || kindOfFile(source.path) !== "product") continue;
    for (const { specifier, line } of source.imports) {
      const target = targetOf(project, source, specifier);
      if (target.kind !== "file" || packageOf(target.path) !== folder) continue;
      const what = faultOf(source.path, target.path, folder, folders);
      if (what !== undefined)
        breaches.push({ where: `${source.path}:${line}`, what: `${what} (scripts/check/house.ts)` });
    }
  }
  return breaches;
}
