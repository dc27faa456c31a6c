import type { Breach } from "../breach.ts";
import type { LockedPackage } from "./lockfile.ts";

/** The oldest version of a package that may be installed, and what was mended with it. */
interface Minimum {
  readonly version: string;
  readonly advisories: readonly string[];
}

/** Checked here because `npm audit` needs the network. */
export const MINIMUM_VERSIONS: Readonly<Record<string, Minimum>> = {
  aedes: {
    version: "1.2.0",
    advisories: [
      "GHSA-xxqp: a topic with very many levels",
      "GHSA-p8r9: a QoS 2 id that is used twice",
      "GHSA-52qw: topics named like properties of a prototype",
    ],
  },
  "node-forge": {
    version: "1.4.3",
    advisories: [
      ...["CVE-2025-12816", "CVE-2025-66030", "CVE-2025-66031", "CVE-2026-33891"],
      ...["CVE-2026-33894", "CVE-2026-33895", "CVE-2026-33896: a leaf taken for an authority"],
    ],
  },
  hono: { version: "4.12.34", advisories: ["several of 4.12 and before; see the releases of hono"] },
  "@hono/node-server": {
    version: "1.19.10",
    advisories: ["several before; see the releases of node-server"],
  },
};

/** Numbers of `1.2.3`; what follows a hyphen is before the release, and counts as older. */
function isOlder(version: string, minimum: string): boolean {
  const [release = "", before] = version.split("-");
  const have = release.split(".").map(Number);
  const want = minimum.split(".").map(Number);
  for (const [at, number] of want.entries()) if (have[at] !== number) return !((have[at] ?? 0) > number);
  return before !== undefined;
}

/** No package is older than the version that mended a known hole, wherever in the tree it is. */
export function checkMinimumVersions(
  packages: readonly LockedPackage[],
  minimums: Readonly<Record<string, Minimum>>,
): Breach[] {
  return Object.entries(minimums).flatMap(([name, { version, advisories }]) => {
    const found = packages.filter((locked) => locked.name === name);
    if (found.length === 0)
      return [
        { where: "scripts/check/supply/minimum-versions.ts", what: `names ${name}, which is not installed` },
      ];
    return found
      .filter((locked) => isOlder(locked.version, version))
      .map((locked) => ({
        where: `package-lock.json: ${locked.path}`,
        what: `is ${locked.version}, older than ${version}: ${advisories.join("; ")}`,
      }));
  });
}
