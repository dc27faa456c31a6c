import type { Breach } from "./breach.ts";
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

/** Walks the imports depth first; a file that is met again while its own imports are being walked closes a circle. */
class CircleFinder {
  readonly circles: string[][] = [];
  readonly #done = new Set<string>();
  readonly #way: string[] = [];
  readonly #project: Project;

  constructor(project: Project) {
    this.#project = project;
  }

  visit(path: string): void {
    if (this.#done.has(path)) return;
    const start = this.#way.indexOf(path);
    if (start !== -1) {
      this.circles.push([...this.#way.slice(start), path]);
      return;
    }
    this.#way.push(path);
    for (const imported of importedFiles(this.#project, path)) this.visit(imported);
    this.#way.pop();
    this.#done.add(path);
  }
}

/** No file imports itself by way of others, not even for a type. */
export function checkFileCircles(project: Project): Breach[] {
  const finder = new CircleFinder(project);
  for (const path of project.sources.keys()) finder.visit(path);
  return finder.circles.map((circle) => ({
    where: circle[0] ?? "",
    what: `imports itself: ${circle.join(" -> ")}; move what both need into a file of its own`,
  }));
}
