import { z } from "zod";
import { readSource } from "./source.ts";
import type { Source } from "./source.ts";

const manifestSchema = z.object({ exports: z.record(z.string(), z.string()).default({}) });

/** What the checks look at: source files by their path, the exported modules of each package by its folder. */
export interface Project {
  readonly sources: ReadonlyMap<string, Source>;
  /** Package folder -> (`./name` -> path from the package's folder, as package.json has them). */
  readonly exports: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The text of every file that is read, by its path. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * @param files texts by path from the root: sources, `<package>/package.json`, documents
 * @throws ZodError or SyntaxError for a package.json that is none
 */
export function projectOf(files: Iterable<readonly [string, string]>): Project {
  const project = {
    sources: new Map<string, Source>(),
    exports: new Map<string, ReadonlyMap<string, string>>(),
    texts: new Map<string, string>(),
  };
  for (const [path, text] of files) {
    project.texts.set(path, text);
    const [folder = "", name] = path.split("/");
    if (/\.(?:ts|js|mjs)$/.test(path)) project.sources.set(path, readSource(path, text));
    else if (name === "package.json") {
      const { exports } = manifestSchema.parse(JSON.parse(text));
      project.exports.set(folder, new Map(Object.entries(exports)));
    }
  }
  return project;
}
