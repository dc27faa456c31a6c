import { checkArchitectureSteps } from "./architecture-steps.ts";
import type { Breach } from "./breach.ts";
import { checkExportedModules } from "./exported-modules.ts";
import { checkFileCircles } from "./file-circles.ts";
import { checkFolderImports } from "./folder-imports.ts";
import { FOLDERS } from "./folders.ts";
import { HOUSE } from "./house.ts";
import { checkHouseSection } from "./house-section.ts";
import { ADAPTERS, LEFT, machineRules } from "./machine.ts";
import { checkExceptedFiles, checkLargerFiles } from "./named-exceptions.ts";
import { checkPackageImports } from "./package-imports.ts";
import type { Project } from "./project.ts";
import { LARGER } from "./sizes.ts";

/** What neither the compiler nor the linter checks. */
export const RULES: Readonly<Record<string, (project: Project) => readonly Breach[]>> = {
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
