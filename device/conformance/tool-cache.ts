import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Folder of fetched tools; git and npm leave it alone. */
const TOOL_CACHE = join(ROOT, "node_modules/.cache");

/** Runs a program in a folder; throws with its output when it fails. */
export function run(program: string, args: readonly string[], cwd: string): string {
  return execFileSync(program, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64e6,
  });
}

/**
 * Unpacks one npm package of an exact version, without its dependencies and scripts, into the tool cache and returns its
 * folder. Throws when its bytes are not those of `integrity` (SHA-512 as in package-lock.json).
 */
export function fetchPackage(name: string, version: string, integrity: string): string {
  const target = join(TOOL_CACHE, `${name.replaceAll("/", "-")}-${version}`);
  const folder = join(target, "package");
  if (existsSync(folder)) return folder;
  mkdirSync(TOOL_CACHE, { recursive: true });
  const work = mkdtempSync(`${target}-`);
  try {
    run(
      "npm",
      ["pack", "--silent", "--ignore-scripts", `${name}@${version}`, "--pack-destination", work],
      ROOT,
    );
    const tarball = join(work, `${name.replace("@", "").replaceAll("/", "-")}-${version}.tgz`);
    const hash = createHash("sha512").update(readFileSync(tarball)).digest("base64");
    if (`sha512-${hash}` !== integrity)
      throw new Error(`${name}@${version} is not what it was: sha512-${hash}`);
    run("tar", ["-xzf", tarball], work);
    rmSync(tarball);
    rmSync(target, { recursive: true, force: true });
    renameSync(work, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}
