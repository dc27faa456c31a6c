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
import { checkAsvsItems } from "./papers/asvs-items.ts";
import { checkProofs } from "./papers/proofs.ts";
import type { Project } from "./project.ts";
import { LARGER } from "./sizes.ts";
import { checkInstallScripts } from "./supply/install-scripts.ts";
import { checkLicences } from "./supply/licences.ts";
import { readLockfile } from "./supply/lockfile.ts";
import { checkMinimumVersions, MINIMUM_VERSIONS } from "./supply/minimum-versions.ts";
import { checkPinnedActions } from "./supply/pinned-actions.ts";

/** @throws Error when the repository has no such file, which is a fault of the check's own list */
function textOf({ texts }: Project, path: string): string {
  const text = texts.get(path);
  if (text === undefined) throw new Error(`${path} is not read`);
  return text;
}

/** Papers whose every row is proved. */
const PAPERS = ["docs/threats.md", "docs/privacy.md", "docs/asvs.md", "docs/pentest.md"];

function checkPapers(project: Project): Breach[] {
  return PAPERS.flatMap((paper) =>
    checkProofs(paper, textOf(project, paper), (path) => project.texts.get(path)),
  );
}

const locked = (project: Project) => readLockfile(textOf(project, "package-lock.json"));

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
  "installed packages have licences of the list": (project) => checkLicences(locked(project)),
  "no install script runs": (project) =>
    checkInstallScripts(locked(project), textOf(project, "package.json")),
  "no package is older than its last known hole": (project) =>
    checkMinimumVersions(locked(project), MINIMUM_VERSIONS),
  "workflows name actions by their hash": ({ texts }) =>
    checkPinnedActions([...texts].filter(([path]) => path.startsWith(".github/workflows/"))),
  "each line of a paper has its proof": checkPapers,
  "docs/asvs.md has every item of level 2": (project) =>
    checkAsvsItems("docs/asvs.md", textOf(project, "docs/asvs.md")),
};
