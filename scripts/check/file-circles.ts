import type { Breach } from "./breach.ts";
import { findCircles } from "./find-circles.ts";
import type { Project } from "./project.ts";
import { targetOf } from "./target-of.ts";

function importedFiles(project: Project, path: string): string[] {
  const source = project.sources.get(path);
  if (source === undefined) return [];
  return source.imports.flatMap(({ specifier }) => {
    const target = targetOf(project, source, specifier);
    return target.kind === "file" && project.sources.has(target.path) ? [target.path] : [];
  });
}

/** No file imports itself by way of others, not even for a type. */
export function checkFileCircles(project: Project): Breach[] {
  const circles = findCircles(project.sources.keys(), (path) => importedFiles(project, path));
  return circles.map((circle) => ({
    where: circle[0] ?? "",
    what: `imports itself: ${circle.join(" -> ")}; move what both need into a file of its own`,
  }));
}
