// Checks what the compiler and the linter do not: see CONTRIBUTING.md. `--write` brings ARCHITECTURE.md up to date.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkArchitectureSteps } from "./architecture-steps.ts";
import type { Breach } from "./breach.ts";
import { checkExportedModules } from "./exported-modules.ts";
import { checkFileCircles } from "./file-circles.ts";
import { checkFolderImports } from "./folder-imports.ts";
import { FOLDERS } from "./folders.ts";
import { HOUSE } from "./house.ts";
import { checkHouseSection, withHouseSection } from "./house-section.ts";
import { ADAPTERS, LEFT, machineRules } from "./machine.ts";
import { checkExceptedFiles, checkLargerFiles } from "./named-exceptions.ts";
import { checkPackageImports } from "./package-imports.ts";
import type { Project } from "./project.ts";
import { readProject } from "./read-project.ts";
import { LARGER } from "./sizes.ts";

const ROOT = join(import.meta.dirname, "../..");

const RULES: Readonly<Record<string, (project: Project) => readonly Breach[]>> = {
  "packages export named modules": (project) => checkExportedModules(project, HOUSE),
  "packages import one way": (project) => checkPackageImports(project, HOUSE),
  "folders import one way": (project) => checkFolderImports(project, FOLDERS),
  "no file imports itself through others": checkFileCircles,
  "larger files have become no smaller": ({ texts }) => checkLargerFiles((path) => texts.get(path), LARGER),
  "files that may ask for time and environment need it": ({ texts }) =>
    checkExceptedFiles((path) => texts.get(path), [...ADAPTERS, ...LEFT], machineRules),
  "ARCHITECTURE.md names steps that exist": checkArchitectureSteps,
  "ARCHITECTURE.md shows the packages": (project) => checkHouseSection(project, HOUSE),
};

function write(project: Project): void {
  const text = withHouseSection(project, HOUSE);
  if (text === undefined) throw new Error("ARCHITECTURE.md has no place for the packages.");
  writeFileSync(join(ROOT, "ARCHITECTURE.md"), text);
}

function check(project: Project): boolean {
  let isKept = true;
  for (const [rule, breachesOf] of Object.entries(RULES)) {
    const breaches = breachesOf(project);
    console.log(`${breaches.length === 0 ? "ok  " : "FAIL"} ${rule}`);
    for (const { where, what } of breaches) console.log(`     ${where} ${what}`);
    isKept &&= breaches.length === 0;
  }
  return isKept;
}

const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } });
if (values.write) write(readProject(ROOT));
else process.exitCode = check(readProject(ROOT)) ? 0 : 1;
