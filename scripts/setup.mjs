// Plain JavaScript without dependencies: the first thing that a fresh clone runs, on whatever Node is there.
import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installed = `${root}/node_modules/.package-lock.json`;
const wanted = `${root}/package-lock.json`;

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(wanted).mtimeMs) {
  console.log("Installing packages (npm ci) …");
  execFileSync("npm", ["ci", "--no-audit", "--loglevel=error"], { cwd: root, stdio: "inherit" });
}
