import { posix } from "node:path";
import type { Project } from "./project.ts";
import type { Source } from "./source.ts";

/** Where an import leads: a file of the project, a package of it without such a module, or outside. */
export type Target =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "not-exported"; readonly package: string }
  | { readonly kind: "outside" };

const SCOPE = "@purrimeter/";

/** The package folder that a path from the root lies in, or "" for a file in the root. */
export function packageOf(path: string): string {
  return path.slice(0, Math.max(0, path.indexOf("/")));
}

/** Resolves an import of a source file, as Node does with the packages' `exports`. */
export function targetOf(project: Project, source: Source, specifier: string): Target {
  if (specifier.startsWith("."))
    return { kind: "file", path: posix.join(posix.dirname(source.path), specifier) };
  if (!specifier.startsWith(SCOPE)) return { kind: "outside" };
  const [name = "", ...rest] = specifier.slice(SCOPE.length).split("/");
  const file = project.exports.get(name)?.get([".", ...rest].join("/"));
  if (file === undefined) return { kind: "not-exported", package: name };
  return { kind: "file", path: posix.join(name, file) };
}
