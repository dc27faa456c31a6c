import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectOf } from "./project.ts";
import type { Project } from "./project.ts";

const SOURCE = /\.(?:ts|js|mjs)$/;
const READ = [
  /^[^/]+\/package\.json$/,
  /^package(?:-lock)?\.json$/,
  /^(?:ARCHITECTURE|SECURITY|README)\.md$/,
  /^[a-z-]+\/README\.md$/,
  /^docs\/(?:decisions\/)?[^/]+\.md$/,
  /^\.ci\/run$/,
  /^\.github\/workflows\/[^/]+\.yml$/,
  SOURCE,
];

/** Reads what Git has or would add below a folder, so that nothing that was built or installed is checked. */
export function readProject(root: string): Project {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const paths = [...new Set(listed.split("\0"))].filter(
    (path) => READ.some((pattern) => pattern.test(path)) && existsSync(join(root, path)),
  );
  return projectOf(paths.map((path) => [path, readFileSync(join(root, path), "utf8")] as const));
}
