import { z } from "zod";
import type { Breach } from "../breach.ts";
import type { LockedPackage } from "./lockfile.ts";

const manifestSchema = z.object({ allowScripts: z.record(z.string(), z.boolean()).default({}) });

/**
 * Every package that has an install script is named in `allowScripts` of package.json, and none of them may run.
 * @param manifest the text of the root's package.json
 */
export function checkInstallScripts(packages: readonly LockedPackage[], manifest: string): Breach[] {
  const { allowScripts } = manifestSchema.parse(JSON.parse(manifest));
  const unnamed = packages
    .filter(({ name, hasInstallScript }) => hasInstallScript && allowScripts[name] === undefined)
    .map(({ path }) => ({
      where: `package-lock.json: ${path}`,
      what: "has an install script and is not named in allowScripts of package.json",
    }));
  const running = Object.keys(allowScripts)
    .filter((name) => allowScripts[name] === true)
    .map((name) => ({ where: "package.json", what: `lets the install script of ${name} run` }));
  return [...unnamed, ...running];
}
