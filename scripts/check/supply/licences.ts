import type { Breach } from "../breach.ts";
import type { LockedPackage } from "./lockfile.ts";

/** What may be part of a service: each may be passed on under MIT's terms when its notice goes with it. */
const SHIPPED = [
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
  "MIT-0",
  "Unlicense",
];
/** What tools of checks and tests may have besides: they are never passed on. */
const TOOLS = [
  ...SHIPPED,
  "Artistic-2.0",
  "CC-BY-3.0",
  "CC-BY-4.0",
  "CC0-1.0",
  "MPL-2.0",
  "Python-2.0",
  "WTFPL",
];

/** `A OR B` in parentheses or not: one of them is enough. `A AND B` is never accepted. */
function isAllowed(license: string, allowed: readonly string[]): boolean {
  const choices = license.replaceAll(/[()]/g, "").split(" OR ");
  return choices.some((choice) => allowed.includes(choice));
}

/** Every installed package has a licence of the list: a new one is added here by a person who has read it. */
export function checkLicences(packages: readonly LockedPackage[]): Breach[] {
  return packages
    .filter(({ license, isDev }) => license === undefined || !isAllowed(license, isDev ? TOOLS : SHIPPED))
    .map(({ path, license }) => ({
      where: `package-lock.json: ${path}`,
      what: `has the licence ${license ?? "(none)"}, which scripts/check/supply/licences.ts does not allow`,
    }));
}
